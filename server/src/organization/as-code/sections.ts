/** All sections of a company file, in the order in which one needs the other. */
import { apiTokens } from './api-tokens.ts';
import { exchangeServers } from './exchange-servers.ts';
import { graphApplications } from './graph-applications.ts';
import { identityProviders } from './identity-providers.ts';
import { importSources } from './import-sources.ts';
import { locations } from './locations.ts';
import { phoneSystems } from './phone-systems.ts';
import type { Section } from './section.ts';
import { system } from './system-settings.ts';
import { users } from './users.ts';
import { webhooks } from './webhooks.ts';
import { workGroups } from './work-groups.ts';

/** Each section keeps its own entries' type to itself: what it is handed back is what it has read or parsed. */
const of = <Entry>(section: Section<Entry>) => section as unknown as Section;

export const sections: readonly Section[] = [
  system,
  of(graphApplications),
  of(exchangeServers),
  of(locations),
  of(phoneSystems),
  of(users),
  of(workGroups),
  of(identityProviders),
  of(importSources),
  of(webhooks),
  of(apiTokens),
];
