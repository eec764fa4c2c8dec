/** What a statement does to the session and the transaction that it runs in. */
import type { Engine } from './database-rule';
import type { Statement } from './split-script';

/** Why a statement cannot be one of those that run one by one; undefined: it can. */
export function whyNot({ words, text }: Statement, engine: Engine): string | undefined {
  const [first = '', second = ''] = words;
  if (touchesTransaction(first, second, engine)) {
    return 'begins or ends a transaction, and Interlock runs each statement in one of its own; take it out';
  }
  if (engine === 'postgresql' && first === 'COPY' && FROM_STDIN.test(text)) {
    return 'reads data from a client, which there is not (COPY FROM STDIN); use INSERT';
  }
  if (first === 'SET') {
    const why = whyNotSet(text, engine);
    if (why !== undefined) return why;
  }
  if (OWN_TABLES.test(text) || OWN_LOCK.test(text)) {
    return "touches Interlock's own tables or locks; take it out";
  }
  return undefined;
}

const FROM_STDIN = /\bFROM(?:\s|\/\*[^]*?\*\/|--[^\n]*\n)+STDIN\b/i;
const OWN_TABLES = /\binterlock_(?:ledger|fence)\b/i;
const OWN_LOCK = /\b(?:pg_advisory_unlock(?:_all)?|release_(?:all_)?locks?)\s*\(|^discard\s+all\b/i;

function touchesTransaction(first: string, second: string, engine: Engine): boolean {
  switch (first) {
    case 'BEGIN':
      // BEGIN NOT ATOMIC: a block of MariaDB's.
      return second !== 'NOT';
    case 'COMMIT':
    case 'ROLLBACK':
    case 'SAVEPOINT':
    case 'RELEASE':
      return true;
    case 'START':
      return second === 'TRANSACTION';
    case 'END':
    case 'ABORT':
      return engine === 'postgresql';
    case 'PREPARE':
      return engine === 'postgresql' && second === 'TRANSACTION';
    case 'XA':
    case 'UNLOCK':
      return engine === 'mysql';
    case 'LOCK':
      return engine === 'mysql' && (second === 'TABLES' || second === 'TABLE');
    case 'SET':
      return second === 'TRANSACTION';
    default:
      return false;
  }
}

/** Settings that change how statements end, or what their bytes mean. */
function whyNotSet(text: string, engine: Engine): string | undefined {
  const isMysql = engine === 'mysql';
  if (isMysql && /\b(?:autocommit|completion_type)`?\s*:?=/i.test(text)) {
    return 'begins or ends a transaction with what comes after it, and Interlock runs each statement in one of its own; take it out';
  }
  const [, encoding] = (isMysql ? MYSQL_ENCODING : POSTGRESQL_ENCODING).exec(text) ?? [];
  if (encoding !== undefined && !/^(?:utf-?8(?:mb[34])?|unicode|default)$/i.test(encoding)) {
    return `says that the script is in ${encoding}, and Interlock sends UTF-8; take it out`;
  }
  if ((isMysql ? /no_backslash_escapes/i : NO_STANDARD_STRINGS).test(text)) {
    return 'changes what a backslash means in texts, so that nobody could tell where they end; take it out';
  }
  return undefined;
}

const MYSQL_ENCODING =
  /\b(?:names\s+|char(?:acter\s+)?set\s+|character_set_client`?\s*:?=\s*)['"]?(\w+)/i;
const POSTGRESQL_ENCODING = /\b(?:names|client_encoding)\s*(?:=|\bto\b)?\s*['"]?([\w-]+)/i;
const NO_STANDARD_STRINGS = /\bstandard_conforming_strings\s*(?:=|\bto\b)\s*['"]?(?:of|f|n|0)/i;

/** Settings that end with the session: a run that goes on in another session says them again. */
export function isSetting({ words, text }: Pick<Statement, 'words' | 'text'>): boolean {
  const [first, second = ''] = words;
  if (first === 'USE') return true;
  if (first === 'RESET') return !MYSQL_RESETS.includes(second);
  if (first === 'SELECT') return /^select\s+(?:pg_catalog\.)?set_config\s*\([^()]*\)$/i.test(text);
  const lasts = ['GLOBAL', 'PERSIST', 'PERSIST_ONLY', 'PASSWORD', 'DEFAULT', 'STATEMENT'].includes(
    second,
  );
  return first === 'SET' && !lasts && !/@@global\.|@@persist/i.test(text) && !setsVariable(text);
}

/** What MySQL's RESET deletes or empties; PostgreSQL's undoes settings. */
const MYSQL_RESETS = ['BINARY', 'MASTER', 'PERSIST', 'QUERY', 'REPLICA', 'SLAVE'];

/** Whether the engine may have done a part of a statement that it refused outside a transaction. */
export const mayBeHalfDone = ({ words }: Statement): boolean =>
  words.includes('CONCURRENTLY') ||
  !['CREATE', 'ALTER', 'TRUNCATE', 'RENAME', 'USE'].includes(words[0] ?? '');

/** What a session knows and nobody can restore in another one: in words, or undefined. */
export function sessionMemory({ words, text }: Statement): string | undefined {
  const [first, second = '', third = ''] = words;
  const temporary = ['TEMPORARY', 'TEMP'];
  if (first === 'CREATE' && (temporary.includes(second) || temporary.includes(third))) {
    return 'a temporary table';
  }
  if (first === 'PREPARE') return 'a prepared statement';
  if (first === 'DECLARE') return 'a cursor';
  const computes = first === 'SELECT' && /\bset_config\s*\(/i.test(text);
  if (computes && !isSetting({ words, text })) return 'a computed setting';
  if (first !== 'CREATE' && setsVariable(text)) return 'a variable';
  return undefined;
}

const setsVariable = (text: string): boolean =>
  /^(?:\/\*M?!\d*\s*)?set\s+@(?!@)|@[\w$.]+\s*:=|\binto\s+@(?!@)/i.test(text);

/**
 * Whether MySQL undoes the statement together with its transaction. Data definition commits by
 * itself (https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html), and a procedure may.
 */
export const isTransactionalInMysql = ({ words }: Statement): boolean =>
  ['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'SELECT'].includes(words[0] ?? '');
