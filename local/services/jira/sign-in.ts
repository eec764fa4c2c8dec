import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { text } from '../../columns';
import type { Clock } from '../service';
import type { Desk, Person } from './desk';
import { type User, userByEmail } from './people';
import { change, row } from './table';

export const SESSION_COOKIE = 'local-jira-session';
/** A working day and a little more. */
export const SESSION_SECONDS = 12 * 3_600;

/** Whoever signed in on the site's pages. */
export interface Session {
  readonly accountId: string;
  /** Every form of this session carries it. */
  readonly csrf: string;
}

/** Why a request is not let in is never said: unknown user and wrong token look the same. */
export type Identity =
  | { readonly kind: 'known'; readonly person: Person; readonly session?: Session }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'wrong' };

/** The fixed API token of a user of this stand-in. */
function apiTokenOf(user: User): string {
  return `local-${user.name}`;
}

/** Who sends a request: basic auth wins over the cookie, as on Jira. */
export function identify(desk: Desk, headers: Readonly<Record<string, string>>): Identity {
  if (!isOwnHost(desk, headers['host'])) return { kind: 'nobody' };
  const authorization = headers['authorization'];
  if (authorization !== undefined) {
    const user = userOfBasic(desk.database, authorization);
    return user === undefined
      ? { kind: 'wrong' }
      : { kind: 'known', person: asPerson(user.accountId) };
  }
  const token = cookieOf(headers['cookie'] ?? '', SESSION_COOKIE);
  const session = token === undefined ? undefined : sessionOf(desk, token);
  return session === undefined
    ? { kind: 'nobody' }
    : { kind: 'known', person: asPerson(session.accountId), session };
}

/**
 * Whether a request was addressed to this site. A page of another name that was made to resolve to
 * this machine knows the fixed API tokens as well; its requests carry its own name.
 */
function isOwnHost({ siteUrl }: Desk, host: string | undefined): boolean {
  const { host: own, port } = new URL(siteUrl);
  return host === undefined || host === own || host === `localhost:${port}`;
}

function asPerson(accountId: string): Person {
  return { kind: 'user', accountId, throughApp: false };
}

function userOfBasic(database: DatabaseSync, authorization: string): User | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const at = decoded.indexOf(':');
  return at < 0 ? undefined : userWithToken(database, decoded.slice(0, at), decoded.slice(at + 1));
}

/** The user with this e-mail address, if the token is theirs. */
export function userWithToken(
  database: DatabaseSync,
  email: string,
  token: string,
): User | undefined {
  const user = userByEmail(database, email);
  if (user === undefined || user.accountType === 'app') return undefined;
  return isSame(token, apiTokenOf(user)) ? user : undefined;
}

function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

const digest = (value: string): Buffer => createHash('sha256').update(value).digest();
const hashOf = (token: string): string => digest(token).toString('hex');

/** Opens a session and answers the cookie's value; the database keeps its hash only. */
export function openSession(database: DatabaseSync, clock: Clock, accountId: string): string {
  const token = randomBytes(32).toString('base64url');
  change(
    database,
    'INSERT INTO jira_session (token_hash, account_id, csrf, expires_ms) VALUES (?, ?, ?, ?)',
    hashOf(token),
    accountId,
    randomBytes(24).toString('base64url'),
    clock.now() + SESSION_SECONDS * 1_000,
  );
  return token;
}

export function closeSession(database: DatabaseSync, token: string): void {
  change(database, 'DELETE FROM jira_session WHERE token_hash = ?', hashOf(token));
}

function sessionOf({ database, clock }: Desk, token: string): Session | undefined {
  return row(
    database,
    'SELECT account_id, csrf FROM jira_session WHERE token_hash = ? AND expires_ms > ?',
    [hashOf(token), clock.now()],
    (from) => ({ accountId: text(from, 'account_id'), csrf: text(from, 'csrf') }),
  );
}

/** The value of a cookie in a Cookie header. */
export function cookieOf(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const [key, ...rest] = pair.trim().split('=');
    if (key === name) return rest.join('=');
  }
  return undefined;
}
