import type { Context } from '../context.ts';
import { actorOf, recordChange } from '../organization/audit.ts';
import { samplePeople } from '../organization/sample-company/people.ts';
import type { SampleCompany } from '../organization/sample-company/sample-company.ts';
import type { SampleState } from '../organization/sample-company/state.ts';
import { ApiError } from './errors.ts';
import { type Route, route, type Viewer } from './route.ts';
import { SampleCompanyState } from './schemas/settings.ts';

const administrator = { access: 'administrator', tag: 'Server', path: '/sample-company' } as const;

const shown = (state: SampleState | null) =>
  state
    ? {
        state: state.state,
        step: state.step,
        done: state.done,
        total: state.total,
        message: state.message,
        people: samplePeople.length,
      }
    : { state: 'absent' as const, step: null, done: 0, total: 0, message: null, people: samplePeople.length };

/** @param company null where this process has not all roles. */
export function sampleCompanyRoutes({ store: { db } }: Context, company: SampleCompany | null): Route[] {
  const here = () => {
    if (company) return company;
    throw new ApiError('unprocessable', 'The sample company needs a server that has all roles (WHENABOUTS_ROLES).');
  };
  const record = (viewer: Viewer, action: 'create' | 'delete') =>
    recordChange(db, actorOf(viewer), {
      ...{ action, subject: 'sampleCompany', subjectId: null, subjectName: 'Sample company' },
    });
  return [
    route({
      ...administrator,
      access: 'systemReader',
      method: 'get',
      operation: 'readSampleCompany',
      summary: 'Whether the sample company is there, or how far it is',
      answer: SampleCompanyState,
      handle: async () => shown((await company?.state()) ?? null),
    }),
    route({
      ...administrator,
      method: 'post',
      operation: 'makeSampleCompany',
      summary: 'Make the sample company',
      description:
        'Twelve people in three time zones with calendars and phones; the administrator joins them, unless they have a real phone, which made-up meetings must not forward. Ask for its state to follow.',
      status: 202,
      answer: SampleCompanyState,
      async handle({ viewer }) {
        const state = await here().make(viewer.userId);
        await record(viewer, 'create');
        return shown(state);
      },
    }),
    route({
      ...administrator,
      method: 'delete',
      operation: 'removeSampleCompany',
      summary: 'Remove the sample company completely',
      status: 202,
      answer: SampleCompanyState,
      async handle({ viewer }) {
        const state = await here().remove();
        await record(viewer, 'delete');
        return shown(state);
      },
    }),
  ];
}
