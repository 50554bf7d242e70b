// The floor of a start: a bare HTTP server that answers after one query on the same database, and nothing else.
import http from 'node:http';

const query = process.env.DATABASE_URL ? await postgres() : await pglite();
http
  .createServer(async (_, response) => {
    await query();
    response.end('{"status":"ok"}');
  })
  .listen(Number(process.env.PORT), '127.0.0.1');

async function postgres() {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  return () => client.query('select 1');
}

async function pglite() {
  const { PGlite } = await import('@electric-sql/pglite');
  const lite = await PGlite.create(`${process.env.WHENABOUTS_DATA}/database/pgdata`);
  return () => lite.query('select 1');
}
