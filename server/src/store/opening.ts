/** Says in plain words why the database could not be opened, and what mends it. The words of an error never hold a password. */

/** Codes of the system and of PostgreSQL (its documentation, appendix A). */
const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there. Is PostgreSQL running, and are host and port right?',
  ENOTFOUND: 'there is no host of this name.',
  EAI_AGAIN: 'the name of the host can’t be looked up at the moment.',
  ETIMEDOUT: 'the host doesn’t answer.',
  EHOSTUNREACH: 'there is no way to the host.',
  '28P01': 'the password is wrong.',
  '28000': 'the server doesn’t let this user in (pg_hba.conf says who may come from where).',
  '3D000': 'there is no such database. Create it with: createdb NAME',
  '42501':
    'the user may not create tables there. Make it the owner of the database, or grant it CREATE on the schema public.',
  '53300': 'the server has no connection left (max_connections).',
  '57P03': 'the server is starting or stopping. Try again in a moment.',
};
const folderReasons: Record<string, string> = {
  ENOTDIR: 'a part of the path is a file.',
  EEXIST: 'it is a file, not a folder.',
  EACCES: 'this user may not write there.',
  EPERM: 'this user may not write there.',
  ENOENT: 'the folder can’t be made there.',
  EROFS: 'the file system is read-only.',
  ENOSPC: 'the disk is full.',
};

/** @returns an Error for people, with the cause; what explains itself already stays as it is. */
export function explainOpening(error: unknown, target: { url: string } | { folder: string }): Error {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const code = String((first as { code?: unknown } | null)?.code ?? '');
  const reason = ('url' in target ? reasons : folderReasons)[code];
  if (!reason) return error instanceof Error ? error : new Error(String(error));
  const where = 'url' in target ? `The database ${shownAddress(target.url)} (DATABASE_URL)` : target.folder;
  const what = 'url' in target ? 'can’t be opened' : 'can’t hold the data (WHENABOUTS_DATA)';
  return new Error(`${where} ${what}: ${reason}`, { cause: error });
}

/** Without the password. */
function shownAddress(url: string): string {
  const parsed = URL.parse(url);
  if (!parsed) return 'at this address';
  const user = parsed.username ? `${decodeURIComponent(parsed.username)}@` : '';
  return `${user}${parsed.host || 'localhost'}${parsed.pathname}`;
}
