/** Numbers and people for the tests of presence, where how a country dials is of no interest. */
import type { Dialling, ReadNumber } from '../telephony/dialling.ts';
import type { TargetInputs } from './forwarding-target.ts';

const read = (shown: string): ReadNumber => ({
  ...{ kind: 'external', e164: null, shown, dialled: shown, problem: null, reason: null },
});
const refused = (shown: string): ReadNumber => ({
  ...{
    kind: 'refused',
    e164: null,
    shown,
    dialled: null,
    problem: 'numberForbidden',
    reason: `${shown} is forbidden.`,
  },
});

/** Dials what is written, but for the numbers that are forbidden. */
export const asWritten = (...forbidden: string[]): Dialling => {
  const by = (number: string) => (forbidden.includes(number) ? refused(number) : read(number));
  return { read: by, extension: by };
};

/** Of somebody who has nobody and no phone. */
export const noTargets: TargetInputs = {
  mobileNumber: null,
  extensions: [],
  deputy: null,
  assistant: null,
  team: null,
  predefined: new Map(),
  dialling: asWritten(),
};
