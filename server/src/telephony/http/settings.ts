/** Settings of a phone system that is reached by HTTP requests written as templates. */
import { z } from 'zod';
import {
  address,
  errorRules,
  headers,
  list,
  place,
  pointer,
  pointers,
  request,
  requestsWith,
  sign,
  template,
} from './request-settings.ts';
import { checkTemplates } from './settings-check.ts';
import { tokenSettings } from './token-settings.ts';

export type { HttpRequestTemplate } from './request-settings.ts';
export { type HttpSecret, httpSecret } from './token-settings.ts';

const mode = z.enum(['off', 'all', 'internal', 'external', 'doNotDisturb']);

/** How a forwarding stands in the answer to `read`. Of what isn't named, a target alone means: forwarded. */
const state = {
  /** Where the target stands. An empty or missing one means: not forwarded. */
  target: place,
  /** What tells that it is on, such as { at: /enabled, is: true }. Anything but a value of that kind is an error. */
  on: sign.nullable().default(null),
  /** What tells that it goes to the user's own mailbox, where that isn't a number. */
  toVoicemail: sign.nullable().default(null),
};

/** Forwarding in a case of its own: the user is busy, or doesn't answer. */
const slot = z.object({
  set: requestsWith('PUT'),
  clear: requestsWith('PUT'),
  /** Sent instead of `set` where the target is the user's own mailbox; null: as `set`, to the voicemail number. */
  setVoicemail: requestsWith('PUT').nullable().default(null),
  read: z.object(state),
});

export const httpSettings = z
  .object({
    /** Sent when calls are to be forwarded (or do not disturb), and when they no longer are. */
    set: requestsWith('PUT'),
    clear: requestsWith('DELETE'),
    setVoicemail: requestsWith('PUT').nullable().default(null),
    /** How the phone's state is read back: an answer to `set` is no proof. */
    read: request.omit({ keep: true }).extend({
      method: z.enum(['GET', 'POST']).default('GET'),
      ...state,
      /** Where the mode stands, when the system has more than one. Its words are translated by `modes`. */
      mode: pointer.nullable().default(null),
      /** Whether "404 Not Found" means: not forwarded (else it means: no such extension). */
      notFoundIsOff: z.boolean().default(false),
      /** What stands in every good answer, such as { at: /extension, is: "{{extension}}" }: without it, it is an error. */
      proof: z
        .strictObject({ at: place, is: template.nullable().default(null) })
        .nullable()
        .default(null),
      /** More requests, by name: places name their answers with `of`. */
      more: z
        .record(
          z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, 'A name has letters and digits.'),
          z.object({ method: z.enum(['GET', 'POST']).default('GET'), address, headers }),
        )
        .default({}),
    }),
    /** All extensions at once: each element of the list is read as an answer to `read`. */
    readAll: list
      .extend({
        /** Where the extension (or several, with `*`) stands in an element. */
        extension: pointer,
        /** Where in the element that stands which `read` would have answered. */
        item: pointer.default(''),
        /** Whether an extension that isn't in the list is not forwarded (else it is asked for alone). */
        missingIsOff: z.boolean().default(false),
      })
      .nullable()
      .default(null),
    busy: slot.nullable().default(null),
    unanswered: slot.nullable().default(null),
    /** Do not disturb, where it is a setting of its own and not a mode of forwarding. */
    doNotDisturb: z
      .object({ set: requestsWith('PUT'), clear: requestsWith('PUT'), on: sign })
      .nullable()
      .default(null),
    /** How an extension becomes the system's own {{id}}. The address may hold {{extension}}; else the whole list is read. */
    lookup: list
      .extend({ extension: pointer, id: pointer, minutes: z.number().min(1).max(1_440).default(60) })
      .nullable()
      .default(null),
    /** Tells the system the user's presence when it changes: {{status}}, {{note}}, {{presence}}. */
    presence: z
      .object({
        set: requestsWith('PUT'),
        /** Sent when a phone is to show nothing of ours any more; null: `set` with "available" and no note. */
        clear: requestsWith('PUT').nullable().default(null),
        /** The system's own words for {{presence}}. */
        words: z.record(z.string(), z.string()).default({}),
      })
      .nullable()
      .default(null),
    /** Calls in progress, asked for every few seconds. */
    calls: list
      .extend({
        id: pointer,
        /** Where the extension stands, or the system's own id (see `lookup`). */
        extension: pointer.nullable().default(null),
        user: pointer.nullable().default(null),
        since: pointer.nullable().default(null),
        /** Which elements count, such as { at: /status, is: [Up] }; null: all. */
        only: z
          .strictObject({ at: pointer, is: z.array(z.string()).min(1) })
          .nullable()
          .default(null),
        seconds: z.number().min(1).max(300).default(5),
      })
      .nullable()
      .default(null),
    /** Something that changes with each restart of the system, so that a lost write is told from a person's change. */
    boot: z.object({ address, headers, value: pointer }).nullable().default(null),
    /** What the system can do, and its own word for it: {{mode}} when writing, `read.mode` when reading. */
    modes: z.partialRecord(mode, z.string()).default({ off: 'off', all: 'all' }),
    /** The target that reaches an extension's voice mailbox; null: there is none. */
    voicemail: z
      .string()
      .regex(/^[^{}]*(\{\{extension\}\})?[^{}]*$/, 'Voicemail may contain {{extension}} and nothing else in braces.')
      .nullable()
      .default(null),
    /** Why the system can't do what it can't, by mode or slot, told where profiles are edited. */
    unable: z.partialRecord(z.enum([...mode.options, 'busy', 'unanswered', 'voicemail']), z.string()).default({}),
    token: tokenSettings.nullable().default(null),
    /** What answers mean, before the usual meaning of their HTTP status. The first that fits counts. */
    errors: errorRules,
    /** A 2xx answer whose JSON has something else here is an error all the same. */
    success: z
      .object({ at: pointer, is: z.union([z.string(), z.boolean(), z.number()]) })
      .nullable()
      .default(null),
    /** Where an error answer tells its reason in words; of several the first that is there. */
    errorMessage: pointers.nullable().default(null),
    /** Tries for one write or read, at 429, 5xx or no answer. */
    attempts: z.number().int().min(1).max(5).default(3),
    timeoutMs: z.number().int().min(100).max(10_000).default(5_000),
    /** At most this many requests a second are sent to the system. */
    requestsPerSecond: z.number().min(0.1).max(1_000).default(20),
    /** How long the system takes until it shows what was written. Milliseconds. */
    settleMs: z.number().int().min(0).max(5_000).default(0),
  })
  .superRefine(checkTemplates);
export type HttpSettings = z.infer<typeof httpSettings>;
export type HttpState = z.infer<z.ZodObject<typeof state>>;
