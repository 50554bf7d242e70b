/** The whole company as a file. Applied to an empty system it makes the same; secrets are references to fill in. */
import { dump } from 'js-yaml';
import { version } from './plan.ts';
import { type ApplyContext, withoutEmpty } from './section.ts';
import { sections } from './sections.ts';

export async function exportCompany(context: ApplyContext): Promise<string> {
  const company: Record<string, unknown> = { whenabouts: version };
  for (const section of sections) {
    const entries = Object.entries(await section.read(context)).map(
      ([name, entry]) => [name, section.exported(name, entry)] as const,
    );
    company[section.name] = Object.fromEntries(entries);
  }
  return dump(withoutEmpty(company), { lineWidth: -1, noRefs: true });
}
