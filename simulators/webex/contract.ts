/**
 * What Cisco publishes of the requests that the recipe uses. The list of people was held against the original on
 * 2026-11-22, too.
 */
import { anyOf, type Contract, exactly, having, listOf, text, truth } from '../http/contract.ts';

const number = { type: 'number' };
const destination = { enabled: truth, destination: text, destinationVoicemailEnabled: truth };
const rings = { type: 'number', minimum: 2, maximum: 20 };
const failed = having({ message: text, errors: listOf(having({ description: text })), trackingId: text }, ['message']);
const refusals = { 400: failed, 401: failed, 403: failed, 404: failed };

export const webexContract: Contract = {
  source:
    'github.com/webex/webex-openapi-specs 1be8332, public-spec/webex-admin.json (people), CC BY 4.0; the schemas ' +
    'CallForwardingPut and DoNotDisturb of webex-cloud-calling.json and developer.webex.com (call forwarding, do not ' +
    'disturb, integrations, pagination, rate limiting); read 2026-11-22, put in our own words.',
  operations: [
    {
      method: 'POST',
      path: /^\/v1\/access_token$/,
      form: ['grant_type', 'client_id', 'client_secret', 'refresh_token'],
      answers: {
        200: having({ access_token: text, expires_in: number, refresh_token: text, refresh_token_expires_in: number }, [
          'access_token',
          'expires_in',
          'refresh_token',
        ]),
        400: failed,
      },
    },
    {
      method: 'GET',
      path: /^\/v1\/people$/,
      query: [
        'email',
        'displayName',
        'id',
        'orgId',
        'roles',
        'callingData',
        'locationId',
        'max',
        'excludeStatus',
        'start',
      ],
      answers: {
        200: having({
          items: listOf(
            having({
              ...{ id: text, emails: listOf(text), displayName: text, extension: text, locationId: text, orgId: text },
              phoneNumbers: listOf(
                having({ type: anyOf('work', 'work_extension', 'mobile', 'fax'), value: text, primary: truth }),
              ),
            }),
          ),
          notFoundIds: listOf(text),
        }),
        ...refusals,
      },
    },
    {
      method: 'GET',
      path: /^\/v1\/people\/[^/]+\/features\/callForwarding$/,
      query: ['orgId'],
      answers: {
        200: having(
          {
            callForwarding: having(
              {
                always: having({ ...destination, ringReminderEnabled: truth }, [
                  'enabled',
                  'ringReminderEnabled',
                  'destinationVoicemailEnabled',
                ]),
                busy: having(destination, ['enabled', 'destinationVoicemailEnabled']),
                noAnswer: having({ ...destination, numberOfRings: rings, systemMaxNumberOfRings: number }, [
                  'enabled',
                  'destinationVoicemailEnabled',
                ]),
              },
              ['always', 'busy', 'noAnswer'],
            ),
            businessContinuity: having(destination, ['enabled', 'destinationVoicemailEnabled']),
          },
          ['callForwarding', 'businessContinuity'],
        ),
        ...refusals,
      },
    },
    {
      method: 'PUT',
      path: /^\/v1\/people\/[^/]+\/features\/callForwarding$/,
      query: ['orgId'],
      request: exactly({
        callForwarding: exactly({
          always: exactly({ ...destination, ringReminderEnabled: truth }, ['enabled']),
          busy: exactly(destination),
          noAnswer: exactly({ ...destination, numberOfRings: rings }),
        }),
        businessContinuity: exactly(destination),
      }),
      answers: { 204: null, ...refusals },
    },
    {
      method: 'GET',
      path: /^\/v1\/people\/[^/]+\/features\/doNotDisturb$/,
      query: ['orgId'],
      answers: {
        200: having({ enabled: truth, ringSplashEnabled: truth, webexGoOverrideEnabled: truth }),
        ...refusals,
      },
    },
    {
      method: 'PUT',
      path: /^\/v1\/people\/[^/]+\/features\/doNotDisturb$/,
      query: ['orgId'],
      request: exactly({ enabled: truth, ringSplashEnabled: truth, webexGoOverrideEnabled: truth }),
      answers: { 204: null, ...refusals },
    },
  ],
};
