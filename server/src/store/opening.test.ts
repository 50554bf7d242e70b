import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from './database.ts';

const failure = (target: Parameters<typeof openStore>[0]) =>
  openStore(target).then(
    async (store) => {
      await store.close();
      return 'opened';
    },
    (error: Error) => error.message,
  );

test('a database that can’t be reached is named, with the reason and without its password', async () => {
  const message = await failure({ url: 'postgres://anna:s3cret@127.0.0.1:1/times' });
  expect(message).toContain('anna@127.0.0.1:1/times (DATABASE_URL)');
  expect(message).toContain('nothing listens there');
  expect(message).not.toContain('s3cret');
});

test('a folder that can’t hold the data is named, with the reason', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-opening-'));
  fs.writeFileSync(path.join(folder, 'file'), '');
  const message = await failure({ folder: path.join(folder, 'file', 'database') });
  expect(message).toContain('(WHENABOUTS_DATA): a part of the path is a file.');
  fs.rmSync(folder, { recursive: true });
});
