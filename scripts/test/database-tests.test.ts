import { expect, test } from 'vitest';
import { testFiles } from './database-tests.ts';

test('test files that reach the store by their imports run on PostgreSQL too, others don’t', () => {
  const { all, database } = testFiles(['server/src/store', 'scripts']);
  expect(all).toContain('scripts/test/database-tests.test.ts');
  expect(database).toContain('server/src/store/database.test.ts');
  expect(database).not.toContain('scripts/test/database-tests.test.ts');
});
