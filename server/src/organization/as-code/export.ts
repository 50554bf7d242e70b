/**
 * The whole company as a file. Applied to an empty system it makes the same; secrets are references to fill in. Which
 * stored secrets don't open, the first lines tell.
 */
import { dump } from 'js-yaml';
import { version } from './plan.ts';
import { type ApplyContext, withoutEmpty } from './section.ts';
import { sections } from './sections.ts';
import { unreadableAt } from './unreadable.ts';

export async function exportCompany(context: ApplyContext): Promise<string> {
  const company: Record<string, unknown> = { whenabouts: version };
  const shut: string[] = [];
  for (const section of sections) {
    const entries = Object.entries(await section.read(context)).map(([name, entry]) => {
      for (const path of unreadableAt(entry)) shut.push([section.name, name, ...path].map(plainWord).join(' / '));
      return [name, section.exported(name, entry)] as const;
    });
    company[section.name] = Object.fromEntries(entries);
  }
  const text = dump(withoutEmpty(company), { lineWidth: -1, noRefs: true });
  const notes = shut.map((place) => `# The stored secret does not open (the key is lost), enter it again: ${place}\n`);
  return notes.join('') + text;
}

/** Names are anything: none of them ends the comment. */
const plainWord = (name: string) => name.replace(/\s+/g, ' ');
