/** Why a database gives no session: one sentence per class of failure, with what to correct and where. */
import type { Failure } from '#core/failure';
import type { DatabaseRule } from './database-rule';

/** The sentence for what the driver or the server said; `file` is where agent.yml stands. */
export function noSession(
  rule: DatabaseRule,
  { code, reason }: { readonly code: string; readonly reason: string },
  file: string,
): Failure {
  const { id, host, port, database, user } = rule;
  const place = placeOf(rule);
  const where = `of database ${id} in ${file}`;
  if (NO_TLS.test(`${code} ${reason}`)) {
    const sentence = `Database ${place} takes encrypted sessions only (${reason}); add tls to the entry ${where}.`;
    return { class: 'transport', sentence };
  }
  if (/certificate|self.signed|TLS|SSL|ALTNAME/i.test(`${code} ${reason}`)) {
    const sentence = `Database ${place} cannot be reached over TLS (${reason}); correct host and tls ${where}, or the server's certificate.`;
    return { class: 'transport', sentence };
  }
  switch (code) {
    case 'ECONNREFUSED':
      return {
        class: 'transport',
        sentence: `Nobody listens where database ${place} should (${reason}); start it, or correct host and port ${where}.`,
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        class: 'transport',
        sentence: `The host of database ${place} has no address here (${reason}); correct host ${where}, or this machine's name service, which does not know ${host}.`,
      };
    // PostgreSQL's classes of logins and MySQL's.
    case '28000':
    case '28P01':
    case 'ER_ACCESS_DENIED_ERROR': {
      // MariaDB says no more than this when it takes encrypted sessions only.
      const more =
        rule.engine === 'mysql' && !rule.tls
          ? ', or add tls there if the server takes encrypted sessions only'
          : '';
      const sentence = `Database ${place} refuses user ${user} (${reason}); correct user or passwordFile ${where}${more}.`;
      return { class: 'permission', sentence };
    }
    case '3D000':
    case 'ER_BAD_DB_ERROR':
      return {
        class: 'permission',
        sentence: `The server at ${host}:${String(port)} has no database ${database} (${reason}); create it, or correct database ${where}.`,
      };
    case '42501':
    case 'ER_DBACCESS_DENIED_ERROR':
      return {
        class: 'permission',
        sentence: `Database ${place} does not let user ${user} in (${reason}); grant it, or correct user or database ${where}.`,
      };
    default:
      return {
        class: 'transport',
        sentence: `Database ${place} cannot be reached (${reason}); start it, or correct host and port ${where}.`,
      };
  }
}

/** What PostgreSQL's rules for hosts say, and MySQL's require_secure_transport. */
const NO_TLS = /no encryption|SSL off|insecure transport|SECURE_TRANSPORT/i;

/** The database as sentences say it. */
export const placeOf = ({ id, host, port, database }: DatabaseRule): string =>
  `${id} (${database} at ${host}:${String(port)})`;
