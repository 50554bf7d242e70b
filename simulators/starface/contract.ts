/**
 * What STARFACE publishes of the requests that the recipe uses. All that the recipe and the stand-in say was held against
 * the original on 2026-11-22, too: it differs only in null for numbers that are assigned to nobody, as its words say.
 */
import { anyOf, type Contract, exactly, having, listOf, text, truth, whole } from '../http/contract.ts';

/** In words, “or null”; the type says integer. */
const maybeWhole = { type: ['integer', 'null'] };
const destination = {
  type: 'object',
  properties: { redirectDestinationType: anyOf('MAILBOX', 'PHONENUMBER'), mailboxId: text, phoneNumber: text },
  required: ['redirectDestinationType'],
  oneOf: [
    { properties: { redirectDestinationType: { const: 'MAILBOX' } }, required: ['mailboxId'] },
    { properties: { redirectDestinationType: { const: 'PHONENUMBER' } }, required: ['phoneNumber'] },
  ],
};
/** The kinds of triggers have properties of their own, which the description doesn't name. */
const trigger = having({ redirectTriggerType: anyOf('ALWAYS', 'BUSY', 'TIMEOUT') }, ['redirectTriggerType']);
const parts = {
  ...{ enabled: truth, groupNumber: truth, id: text, phoneNumber: text },
  ...{ lastMailboxDestination: destination, lastPhoneNumberDestination: destination },
  ...{ redirectDestination: destination, redirectTrigger: trigger },
};
const needed = ['enabled', 'id', 'redirectDestination', 'redirectTrigger'];

export const starfaceContract: Contract = {
  source:
    'github.com/STARFACEGmbH/rest-examples d9d34e0, javascript/docs/starface-api.yaml of STARFACE 6.7.0.22, STARFACE ' +
    'proprietary licence, and its Java example (401 means: log in); read 2026-11-22, nothing of it is copied here.',
  operations: [
    {
      method: 'GET',
      path: /^\/rest\/login$/,
      answers: {
        200: having({ loginType: anyOf('Internal', 'ActiveDirectory'), nonce: text, secret: text }, [
          'loginType',
          'nonce',
        ]),
      },
    },
    {
      method: 'POST',
      path: /^\/rest\/login$/,
      request: exactly({ loginType: anyOf('Internal', 'ActiveDirectory'), nonce: text, secret: text }, [
        'loginType',
        'nonce',
      ]),
      answers: { 200: having({ token: text }, ['token']), 400: having({ token: text }) },
    },
    {
      method: 'GET',
      path: /^\/rest\/phonenumbers$/,
      query: ['type', 'assigned'],
      answers: {
        200: listOf(
          having({
            ...{ id: whole, number: text, localPrefix: text, nationalPrefix: text, exitCode: text },
            ...{ assignedUserAccountId: maybeWhole, assignedGroupAccountId: maybeWhole, assignedServiceId: maybeWhole },
            type: anyOf('INVALID', 'INTERNAL', 'EXTERNAL', 'RESERVED', 'NT', 'DISPLAY', 'FXO'),
          }),
        ),
        401: null,
      },
    },
    {
      method: 'GET',
      path: /^\/rest\/redirects$/,
      query: ['actOnBehalfOf'],
      answers: { 200: listOf(having(parts, needed)), 401: null },
    },
    {
      method: 'PUT',
      path: /^\/rest\/redirects\/[^/]+$/,
      query: ['actOnBehalfOf'],
      request: exactly(parts, needed),
      answers: { 204: null, 401: null, 404: null },
    },
  ],
};
