/** The way into a database: its password from a file that only the agent's user reads, then a session. */
import { readFileSync, statSync } from 'node:fs';
import { isAbsent } from '../centres/durable-file';
import type { Limits } from '../config';
import type { Databases } from './database';
import type { DatabaseRule } from './database-rule';
import { createDatabase } from './ledger-session';
import { openMysql } from './mysql';
import { noSession } from './no-session';
import { openPostgresql } from './postgresql';
import type { Tls } from './session';

/** The databases of agent.yml; `file` is where it stands. `learn` hears of each password before it is used. */
export function createDatabases(
  file: string,
  { connectSeconds }: Pick<Limits, 'connectSeconds'>,
  learn: (secret: string) => void,
): Databases {
  return {
    connect: async (rule) => {
      const secret = readPassword(rule, file);
      if (secret.kind === 'refused') {
        return { kind: 'failed', failure: { class: 'permission', sentence: secret.sentence } };
      }
      learn(secret.password);
      const tls = readAuthorities(rule, file);
      if (tls.kind === 'refused') {
        return { kind: 'failed', failure: { class: 'permission', sentence: tls.sentence } };
      }
      const open = rule.engine === 'postgresql' ? openPostgresql : openMysql;
      const opened = await open(rule, { password: secret.password, tls: tls.tls }, connectSeconds);
      if (opened.kind === 'opened') {
        const { session, dialect } = opened;
        return { kind: 'connected', database: createDatabase(session, dialect) };
      }
      return { kind: 'failed', failure: noSession(rule, opened, file) };
    },
  };
}

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
    const remedy = isAbsent(cause)
      ? "create it with mode 0600 for the agent's user"
      : `it has to belong to the agent's user, so run: chown interlock-agent ${passwordFile}`;
    return refused(`${where} cannot be read (${reason}); ${remedy}.`);
  }
}

const refused = (sentence: string): Password => ({ kind: 'refused', sentence });

type Authorities =
  | { readonly kind: 'read'; readonly tls: Tls | undefined }
  | { readonly kind: 'refused'; readonly sentence: string };

/** Who may sign the server's certificate: the file's authorities, or those that Node knows. */
function readAuthorities({ id, tls }: DatabaseRule, file: string): Authorities {
  if (tls === undefined) return { kind: 'read', tls: undefined };
  if (tls.caFile === undefined) return { kind: 'read', tls: {} };
  try {
    return { kind: 'read', tls: { ca: readFileSync(tls.caFile, 'utf8') } };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const sentence = `${file}: the caFile of database ${id}, ${tls.caFile}, cannot be read (${reason}); put the authority's certificate there.`;
    return { kind: 'refused', sentence };
  }
}
