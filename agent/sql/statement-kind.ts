/** What a statement does to the session and the transaction that it runs in. */
import type { Engine } from './database-rule';
import type { Statement } from './split-script';

/** Why a statement cannot be run statement by statement; undefined: it can. */
export function whyNot({ words, text }: Statement, engine: Engine): string | undefined {
  const [first = '', second = ''] = words;
  if (touchesTransaction(first, second, engine)) {
    return 'begins or ends a transaction, and Interlock runs each statement in one of its own; take it out';
  }
  if (engine === 'postgresql' && first === 'COPY' && /\bFROM\s+STDIN\b/i.test(text)) {
    return 'reads data from a client, which there is not; use INSERT';
  }
  if (OWN_TABLES.test(text) || OWN_LOCK.test(text)) {
    return "touches Interlock's own tables or locks; take it out";
  }
  return undefined;
}

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
      return second === 'TRANSACTION' || second === 'AUTOCOMMIT';
    default:
      return false;
  }
}

/** Settings that end with the session: a run that goes on in another session says them again. */
export function isSetting({ words, text }: Statement): boolean {
  const [first, second = ''] = words;
  if (first === 'USE' || first === 'RESET') return true;
  if (first === 'SELECT') return /^select\s+(?:pg_catalog\.)?set_config\s*\(/i.test(text);
  const lasts = ['GLOBAL', 'PERSIST', 'PERSIST_ONLY', 'PASSWORD', 'DEFAULT'].includes(second);
  return first === 'SET' && !lasts && !/@@global\.|@@persist/i.test(text) && !setsVariable(text);
}

/** What a session knows and nobody can restore in another one: in words, or undefined. */
export function sessionMemory({ words, text }: Statement): string | undefined {
  const [first, second = '', third = ''] = words;
  const temporary = ['TEMPORARY', 'TEMP'];
  if (first === 'CREATE' && (temporary.includes(second) || temporary.includes(third))) {
    return 'a temporary table';
  }
  if (first === 'PREPARE') return 'a prepared statement';
  if (first === 'DECLARE') return 'a cursor';
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
