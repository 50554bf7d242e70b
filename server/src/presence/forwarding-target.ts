/** To whom or what a profile forwards, for a particular user: a number as it is dialled, or why there is none. Pure. */
import type { Dialling } from '../telephony/dialling.ts';
import {
  type Forwarding,
  type ForwardingProblem,
  type ForwardingTarget,
  noForwarding,
  type Profile,
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

/** A profile's forwarding with its target resolved; off and the reason where the target can't be had. */
export function forwardingFor(
  wanted: Profile['forwarding'],
  inputs: TargetInputs,
): { forwarding: Forwarding; problem?: ForwardingProblem } {
  if (wanted.mode === 'off') return { forwarding: noForwarding };
  if (wanted.mode === 'doNotDisturb') return { forwarding: { mode: 'doNotDisturb', target: null } };
  const resolved = resolveTarget(wanted.target, inputs);
  if ('problem' in resolved) return { forwarding: noForwarding, problem: resolved.problem };
  const { number } = resolved;
  // A phone that forwards to itself would ring nowhere.
  if (inputs.extensions.some((extension) => plain(extension.number) === plain(number)))
    return { forwarding: noForwarding, problem: 'ownExtension' };
  return { forwarding: { mode: wanted.mode, target: number } };
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
