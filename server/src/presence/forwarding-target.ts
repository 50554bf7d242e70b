/** To whom or what a profile forwards, for a particular user: a number as it is dialled, or why there is none. Pure. */
import type { Dialling } from '../telephony/dialling.ts';
import {
  type Forwarding,
  type ForwardingProblem,
  type ForwardingTarget,
  noForwarding,
  type ProfileForwarding,
  type Slot,
  slotOff,
} from './presence.ts';

export interface OwnExtension {
  phoneSystemId: string;
  number: string;
}

/** Where somebody can be reached, as read under the rules of the user's own location or with +. */
export interface Person {
  mobileNumber: string | null;
  extensions: readonly OwnExtension[];
}

/** All that a user's forwarding targets depend on. */
export interface TargetInputs extends Person {
  /** Null where the user has none, or one who isn't active. */
  deputy: Person | null;
  assistant: Person | null;
  /** Of the first of the user's work groups that has one, by name. internal: by the rules of the work group's location. */
  team: { number: string; internal: boolean } | null;
  /** Numbers of the location's predefined targets, by id. */
  predefined: ReadonlyMap<string, string>;
  /** By the rules of the user's location. */
  dialling: Dialling;
}

/** A profile's forwarding as it comes to one user, and the first thing of it that can't be carried out. */
export interface ResolvedForwarding {
  forwarding: Forwarding;
  problem?: ForwardingProblem;
  /** Where the problem is; left out: in the forwarding of all calls. */
  problemSlot?: Exclude<Slot, 'always'>;
}

/** A slot whose target can't be had is off; the other slots are as they are wanted. */
export function forwardingFor(wanted: ProfileForwarding, inputs: TargetInputs): ResolvedForwarding {
  const { mode, busy, unanswered } = wanted;
  if (mode === 'off' && busy === null && unanswered === null) return { forwarding: noForwarding };
  const problems: Pick<ResolvedForwarding, 'problem' | 'problemSlot'>[] = [];
  const numberFor = (target: ForwardingTarget | null, slot: Slot): string | null => {
    const resolved = otherThanOwn(resolveTarget(target, inputs), inputs);
    if ('number' in resolved) return resolved.number;
    problems.push({ problem: resolved.problem, ...(slot !== 'always' && { problemSlot: slot }) });
    return null;
  };
  let always = slotOff;
  if (mode === 'doNotDisturb') always = { mode, target: null };
  else if (mode !== 'off') {
    const target = numberFor(wanted.target, 'always');
    if (target !== null) always = { mode, target };
  }
  const forwarding: Forwarding = {
    ...always,
    busy: busy && numberFor(busy, 'busy'),
    unanswered: unanswered && numberFor(unanswered, 'unanswered'),
  };
  return { forwarding, ...problems[0] };
}

/** A phone that forwards to itself would ring nowhere. */
function otherThanOwn(resolved: Resolved, { extensions }: TargetInputs): Resolved {
  if ('problem' in resolved) return resolved;
  return extensions.some(({ number }) => plain(number) === plain(resolved.number))
    ? { problem: 'ownExtension' }
    : resolved;
}

type Resolved = { number: string } | { problem: ForwardingProblem };

export function resolveTarget(target: ForwardingTarget | null, inputs: TargetInputs): Resolved {
  switch (target?.kind) {
    case 'voicemail':
      return { number: 'voicemail' };
    case 'number':
      return dialled(target.number, inputs, 'noTarget');
    case 'predefined':
      return dialled(inputs.predefined.get(target.targetId), inputs, 'noTarget');
    case 'mobile':
      return dialled(inputs.mobileNumber, inputs, 'noMobileNumber');
    case 'team':
      return inputs.team?.internal
        ? internal(inputs.team.number, inputs, 'noTeamNumber')
        : dialled(inputs.team?.number, inputs, 'noTeamNumber');
    case 'deputy':
      return inputs.deputy ? toPerson(inputs.deputy, inputs, 'deputyUnreachable') : { problem: 'noDeputy' };
    case 'assistant':
      return inputs.assistant ? toPerson(inputs.assistant, inputs, 'assistantUnreachable') : { problem: 'noAssistant' };
    case undefined:
      return { problem: 'noTarget' };
  }
}

/**
 * Their extension, where every phone system on which the user has one knows it under the same number; else their mobile
 * number. A user has one forwarding for all phone systems: an extension that only one of them knows would ring somebody
 * else on the others.
 */
function toPerson(person: Person, inputs: TargetInputs, unreachable: ForwardingProblem): Resolved {
  const systems = [...new Set(inputs.extensions.map(({ phoneSystemId }) => phoneSystemId))];
  const known = person.extensions.find(({ number }) =>
    systems.every((system) =>
      person.extensions.some((each) => each.phoneSystemId === system && each.number === number),
    ),
  );
  if (!known || systems.length === 0) return dialled(person.mobileNumber, inputs, unreachable);
  return internal(known.number, inputs, unreachable);
}

function internal(extension: string, { dialling }: TargetInputs, missing: ForwardingProblem): Resolved {
  const { dialled: number, problem } = dialling.extension(extension);
  return number === null ? { problem: problem ?? missing } : { number };
}

function dialled(number: string | null | undefined, { dialling }: TargetInputs, missing: ForwardingProblem): Resolved {
  const entered = number?.trim();
  if (!entered) return { problem: missing };
  const read = dialling.read(entered);
  return read.dialled === null ? { problem: read.problem ?? missing } : { number: read.dialled };
}

/** Without what people write between digits. */
const plain = (number: string) => number.replace(/[\s\-./()]/g, '');
