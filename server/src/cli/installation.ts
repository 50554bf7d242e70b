/** Where a company file is applied: a running server, or the database itself. */
import { z } from 'zod';
import { connectors } from '../calendars/connectors.ts';
import { readEnvironment } from '../environment.ts';
import { type Applied, applyCompany } from '../organization/as-code/apply.ts';
import { CompanyRefused } from '../organization/as-code/company-file.ts';
import { exportCompany } from '../organization/as-code/export.ts';
import { referenceKey } from '../organization/as-code/references.ts';
import { createOutbound } from '../outbound/client.ts';
import { openStore } from '../store/database.ts';
import { loadOrCreateKeys, secretsWith } from '../store/secrets.ts';
import { phoneSystemKinds } from '../telephony/connectors.ts';

export interface Installation {
  /** @param values what references stand for, by `referenceKey`. @throws CompanyRefused */
  apply(text: string, values: ReadonlyMap<string, string>, dryRun: boolean): Promise<Applied>;
  export(): Promise<string>;
  close(): Promise<void>;
}

/** The database that the environment names. @throws Error in plain words when it can't be opened. */
export async function onDatabase(): Promise<Installation> {
  const { databaseUrl, dataFolder } = readEnvironment(process.env);
  const folder = `${dataFolder}/database`;
  const store = await openStore(databaseUrl ? { url: databaseUrl } : { folder });
  const secrets = secretsWith(loadOrCreateKeys(dataFolder));
  const outbound = createOutbound({ allowedNetworks: [] }); // for the kinds' forms only: nothing is fetched
  const parts = {
    ...{
      secrets,
      calendarConnectors: [...connectors(outbound).values()],
      phoneSystemKinds: phoneSystemKinds(outbound),
    },
    actor: { userId: null, name: 'Command line', via: 'apply' as const },
  };
  return {
    apply: (text, values, dryRun) =>
      applyCompany(store.db, parts, text, { dryRun, read: (reference) => values.get(referenceKey(reference)) }),
    export: () => store.db.transaction().execute((transaction) => exportCompany({ ...parts, transaction })),
    async close() {
      await outbound.close();
      await store.close();
    },
  };
}

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** @param address of the server, without /api. */
export function onServer(address: string, token: string): Installation {
  const send = async (path: string, body?: FormData): Promise<Response> => {
    const url = new URL(`/api/v1${path}`, address);
    const answer = await fetch(url, {
      ...(body ? { method: 'POST', body } : {}),
      headers: { authorization: `Bearer ${token}` },
    }).catch((error) => {
      throw new Error(`${url.origin} can’t be reached: ${(error.cause ?? error).message}`);
    });
    if (answer.ok) return answer;
    const text = await answer.text();
    const known = refusal.safeParse(safeJson(text)).data?.error;
    if (known?.code === 'unprocessable')
      throw new CompanyRefused(
        known.message.split('\n').map((message) => ({ path: [], message, line: null, column: null })),
      );
    throw new Error(known ? `${url.origin} says: ${known.message}` : `${url.origin} answered ${answer.status}.`);
  };
  return {
    async apply(text, values, dryRun) {
      const form = new FormData();
      form.set('file', new File([text], 'company.yaml'));
      form.set('values', JSON.stringify(Object.fromEntries(values)));
      const answer = await send(`/configuration/${dryRun ? 'plan' : 'apply'}`, form);
      return (await answer.json()) as Applied;
    },
    export: async () => (await send('/configuration')).text(),
    async close() {},
  };
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
