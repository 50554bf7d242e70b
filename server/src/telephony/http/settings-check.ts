/** Placeholders and places that nothing would fill: found when settings are saved, each with where it stands. */
import type { z } from 'zod';
import type { Place } from './places.ts';
import { type HttpRequestTemplate, placeholderPattern, placeholders, requestsOf } from './request-settings.ts';
import type { HttpSettings } from './settings.ts';
import type { TokenSettings } from './token-settings.ts';

type Path = (string | number)[];

export function checkTemplates(settings: HttpSettings, context: z.core.$RefinementCtx<HttpSettings>): void {
  const issue = (path: Path, message: string) => context.addIssue({ code: 'custom', path, message });
  const always = settings.lookup ? [...placeholders, 'id'] : [...placeholders];

  function texts(value: unknown, path: Path, known: readonly string[]): void {
    if (typeof value === 'string') {
      for (const [, name] of value.matchAll(placeholderPattern))
        if (!known.includes(name!)) issue(path, unknown(name!, known, settings.lookup !== null));
    } else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) texts(inner, [...path, key], known);
  }
  function requests(value: HttpRequestTemplate | HttpRequestTemplate[], path: Path, known: readonly string[]): void {
    const names = [...known];
    for (const [at, { keep, ...request }] of requestsOf(value).entries()) {
      const here = Array.isArray(value) ? [...path, at] : path;
      texts({ address: request.address, headers: request.headers, body: request.body }, here, names);
      for (const [name, place] of Object.entries(keep)) {
        where(place, [...here, 'keep', name], names, []);
        names.push(`found.${name}`);
      }
    }
  }
  function where(
    place: Place | undefined | null,
    path: Path,
    known: readonly string[],
    answers: readonly string[],
  ): void {
    if (!place || typeof place === 'string') return;
    texts(place.where ?? {}, [...path, 'where'], known);
    if (place.of !== undefined && !answers.includes(place.of))
      issue(
        [...path, 'of'],
        answers.length > 0
          ? `There is no further request "${place.of}". There are: ${answers.join(', ')}`
          : `There is no further request "${place.of}" in "read.more".`,
      );
  }

  const { read, lookup, readAll, token, calls } = settings;
  texts({ address: read.address, headers: read.headers, body: read.body }, ['read'], always);
  texts(read.more, ['read', 'more'], always);
  const answers = Object.keys(read.more);
  const states: [Path, HttpSettings['read'] | NonNullable<HttpSettings['busy']>['read']][] = [[['read'], read]];
  for (const name of ['busy', 'unanswered'] as const)
    if (settings[name]) states.push([[name, 'read'], settings[name].read]);
  for (const [path, { target, on, toVoicemail }] of states) {
    where(target, [...path, 'target'], always, answers);
    where(on?.at, [...path, 'on', 'at'], always, answers);
    where(toVoicemail?.at, [...path, 'toVoicemail', 'at'], always, answers);
  }
  if (read.proof) {
    where(read.proof.at, ['read', 'proof', 'at'], always, answers);
    texts(read.proof.is, ['read', 'proof', 'is'], always);
  }
  where(settings.doNotDisturb?.on.at, ['doNotDisturb', 'on', 'at'], always, answers);
  for (const [path, owner] of [[[], settings], ...slots(settings)] as [Path, HttpSettings][]) {
    requests(owner.set, [...path, 'set'], always);
    requests(owner.clear, [...path, 'clear'], always);
    if (owner.setVoicemail) requests(owner.setVoicemail, [...path, 'setVoicemail'], always);
  }
  if (settings.doNotDisturb) {
    requests(settings.doNotDisturb.set, ['doNotDisturb', 'set'], always);
    requests(settings.doNotDisturb.clear, ['doNotDisturb', 'clear'], always);
  }
  if (settings.presence) {
    requests(settings.presence.set, ['presence', 'set'], [...always, 'presence']);
    if (settings.presence.clear) requests(settings.presence.clear, ['presence', 'clear'], [...always, 'presence']);
  }
  if (readAll) {
    texts({ address: readAll.address, headers: readAll.headers }, ['readAll'], []);
    if (answers.length > 0) issue(['readAll'], 'A list can’t be read whole where "read" needs more than one request.');
  }
  if (lookup) texts({ address: lookup.address, headers: lookup.headers }, ['lookup'], ['extension']);
  if (calls) {
    texts({ address: calls.address, headers: calls.headers }, ['calls'], []);
    if ((calls.extension === null) === (calls.user === null))
      issue(['calls'], 'Say where a call’s extension stands ("extension"), or its user ("user"), not both.');
    if (calls.user !== null && !(lookup && !lookup.address.includes('{{')))
      issue(['calls', 'user'], 'A call’s user is only found where "lookup" reads the whole list.');
  }
  if (settings.boot) texts({ address: settings.boot.address, headers: settings.boot.headers }, ['boot'], []);
  if (token) tokens(token);

  function tokens(settings: TokenSettings): void {
    if (settings.by !== 'login') {
      texts(settings.address, ['token', 'address'], []);
      return;
    }
    const known = ['username', 'password', 'basic', 'clientId', 'clientSecret'];
    const found = requestsOf(settings.requests).flatMap(({ keep }) => Object.keys(keep).map((name) => `found.${name}`));
    for (const [at, { name, of }] of settings.hashes.entries()) {
      texts(of, ['token', 'hashes', at, 'of'], [...known, ...found]);
      known.push(`hash.${name}`);
    }
    requests(settings.requests, ['token', 'requests'], known);
  }
}

function slots(settings: HttpSettings): [Path, NonNullable<HttpSettings['busy']>][] {
  return (['busy', 'unanswered'] as const).flatMap((name) => (settings[name] ? [[[name], settings[name]]] : []));
}

function unknown(name: string, known: readonly string[], hasLookup: boolean): string {
  if (name === 'id' && !hasLookup)
    return '{{id}} is the system’s own id of an extension: say in "lookup" how it is found.';
  if (known.length === 0) return `{{${name}}} can’t stand here: this request is the same for everybody.`;
  return `{{${name}}} is unknown. There are: ${known.map((each) => `{{${each}}}`).join(' ')}`;
}
