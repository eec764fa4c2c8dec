/** The way into a database: its password from a file that only the agent's user reads, then a session. */
import { readFileSync, statSync } from 'node:fs';
import type { Failure } from '#core/failure';
import type { Limits } from '../config';
import type { Databases } from './database';
import type { DatabaseRule } from './database-rule';
import { createDatabase } from './ledger-session';
import { openMysql } from './mysql';
import { openPostgresql } from './postgresql';

/** The databases of agent.yml; `file` is where it stands. */
export function createDatabases(
  file: string,
  { connectSeconds }: Pick<Limits, 'connectSeconds'>,
): Databases {
  return {
    connect: async (rule) => {
      const secret = readPassword(rule, file);
      if (secret.kind === 'refused') return fail('permission', secret.sentence);
      const open = rule.engine === 'postgresql' ? openPostgresql : openMysql;
      const opened = await open(rule, secret.password, connectSeconds);
      if (opened.kind === 'opened') {
        const { session, dialect } = opened;
        return { kind: 'connected', database: createDatabase(session, dialect) };
      }
      const login = LOGIN_REFUSED.includes(opened.code);
      return login
        ? fail(
            'permission',
            `Database ${placeOf(rule)} refuses user ${rule.user} (${opened.reason}); correct user, database or passwordFile of database ${rule.id} in ${file}.`,
          )
        : fail(
            'transport',
            `Database ${placeOf(rule)} cannot be reached (${opened.reason}); start it, or correct host and port of database ${rule.id} in ${file}.`,
          );
    },
  };
}

/** PostgreSQL's classes 28 and 3D and CONNECT denied; MySQL's user, password and database. */
const LOGIN_REFUSED = [
  '28000',
  '28P01',
  '3D000',
  '42501',
  'ER_ACCESS_DENIED_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
];

type Password =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'refused'; readonly sentence: string };

/** The password, if nobody else can read it. */
export function readPassword({ id, passwordFile }: DatabaseRule, file: string): Password {
  const where = `${file}: the passwordFile of database ${id}, ${passwordFile},`;
  try {
    if ((statSync(passwordFile).mode & 0o077) !== 0) {
      return refused(`${where} can be read by others; run: chmod 600 ${passwordFile}`);
    }
    const password = readFileSync(passwordFile, 'utf8').replace(/\r?\n$/, '');
    return { kind: 'password', password };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return refused(`${where} cannot be read (${reason}); create it with mode 0600.`);
  }
}

/** The database as sentences say it. */
export const placeOf = ({ id, host, port, database }: DatabaseRule): string =>
  `${id} (${database} at ${host}:${String(port)})`;

const refused = (sentence: string): Password => ({ kind: 'refused', sentence });

const fail = (
  kind: 'permission' | 'transport',
  sentence: string,
): { readonly kind: 'failed'; readonly failure: Failure } => ({
  kind: 'failed',
  failure: { class: kind, sentence },
});
