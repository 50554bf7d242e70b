/**
 * The floor: nothing but the requests that the protocol needs, with as little done about the answers as possible
 * (hrefs and the token cut out by regular expressions, calendars not even looked at). Batches and the number of
 * requests at once are those of the product.
 */
import { Pool } from 'undici';

const batchSize = 200;
const atOnce = 2;

export function bareClient(address: string, path: string, authorization: string) {
  const pool = new Pool(new URL(address).origin, { connections: atOnce });

  async function report(depth: 0 | 1, body: string): Promise<string> {
    const headers = { authorization, depth: String(depth), 'content-type': 'application/xml; charset=utf-8' };
    const answer = await pool.request({ method: 'REPORT' as 'GET', path, headers, body });
    if (answer.statusCode !== 207) throw new Error(`Radicale answered ${answer.statusCode}`);
    return await answer.body.text();
  }

  return {
    /** @returns the next token and how many objects came */
    async sync(token: string): Promise<{ token: string; objects: number }> {
      const listing = await report(
        0,
        `<d:sync-collection xmlns:d="DAV:"><d:sync-token>${token}</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>`,
      );
      const hrefs = [...listing.matchAll(/<href>([^<]*)<\/href>/g)].map((match) => match[1]!);
      let objects = 0;
      const batches: string[][] = [];
      for (let at = 0; at < hrefs.length; at += batchSize) batches.push(hrefs.slice(at, at + batchSize));
      const work = async () => {
        for (let batch = batches.shift(); batch; batch = batches.shift()) {
          const answer = await report(
            1,
            `<c:calendar-multiget xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/><c:calendar-data/></d:prop>${batch.map((href) => `<d:href>${href}</d:href>`).join('')}</c:calendar-multiget>`,
          );
          objects += answer.split('BEGIN:VCALENDAR').length - 1;
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      return { token: /<sync-token>([^<]*)<\/sync-token>/.exec(listing)![1]!, objects };
    },
    close: () => pool.close(),
  };
}
