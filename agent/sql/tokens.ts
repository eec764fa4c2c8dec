/**
 * The lexical rules of both engines, as far as the end of a statement depends on them:
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html and
 * https://dev.mysql.com/doc/refman/8.4/en/lexical-structure.html.
 */
import type { Engine } from './database-rule';

export interface Token {
  readonly kind:
    | 'blank'
    | 'word'
    | 'quoted'
    | 'open'
    | 'close'
    /** The beginning and the end of a MySQL comment whose inside is executed. */
    | 'code-comment'
    | 'code-comment-end'
    | 'other'
    /** It begins here and never ends. */
    | 'endless-quote'
    | 'endless-comment';
  /** Where the next token begins. */
  readonly end: number;
}

const BLANK = /\s+/y;
const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const MYSQL_WORD = /[\p{L}\p{N}_$]+/uy;
const NUMBER = /\$?\d+/y;
const DOLLAR_QUOTE = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
/** After two dashes MySQL wants a space; `5--1` is a difference. */
const MYSQL_DASHES = /--(?=\s|$)/y;
const CODE_COMMENT = /\/\*M?!\d*/y;

/** The token that begins at `at`; `inCode` within a MySQL comment whose inside is executed. */
export function tokenAt(text: string, at: number, engine: Engine, inCode: boolean): Token {
  const blank = matchAt(BLANK, text, at);
  if (blank !== undefined) return { kind: 'blank', end: blank };
  return engine === 'postgresql' ? postgresToken(text, at) : mysqlToken(text, at, inCode);
}

function postgresToken(text: string, at: number): Token {
  const character = text[at];
  if (text.startsWith('--', at)) return { kind: 'blank', end: endOfLine(text, at) };
  if (text.startsWith('/*', at)) return comment(nestedCommentEnd(text, at));
  if (character === "'" || character === '"') return quoted(quoteEnd(text, at, character, false));
  if (/^[eE]'/.test(text.slice(at, at + 2))) return quoted(quoteEnd(text, at + 1, "'", true));
  const dollars = matchAt(DOLLAR_QUOTE, text, at);
  if (dollars !== undefined) {
    const tag = text.slice(at, dollars);
    const close = text.indexOf(tag, dollars);
    return quoted(close === -1 ? undefined : close + tag.length);
  }
  if (character === '(') return { kind: 'open', end: at + 1 };
  if (character === ')') return { kind: 'close', end: at + 1 };
  const word = matchAt(WORD, text, at);
  if (word !== undefined) return { kind: 'word', end: word };
  return { kind: 'other', end: matchAt(NUMBER, text, at) ?? at + 1 };
}

function mysqlToken(text: string, at: number, inCode: boolean): Token {
  const character = text[at];
  if (character === '#' || matchAt(MYSQL_DASHES, text, at) !== undefined) {
    return { kind: 'blank', end: endOfLine(text, at) };
  }
  if (inCode && text.startsWith('*/', at)) return { kind: 'code-comment-end', end: at + 2 };
  const code = matchAt(CODE_COMMENT, text, at);
  if (code !== undefined) return { kind: 'code-comment', end: code };
  if (text.startsWith('/*', at)) {
    const close = text.indexOf('*/', at + 2);
    return comment(close === -1 ? undefined : close + 2);
  }
  if (character === "'" || character === '"') return quoted(quoteEnd(text, at, character, true));
  if (character === '`') return quoted(quoteEnd(text, at, character, false));
  const word = matchAt(MYSQL_WORD, text, at);
  return word === undefined ? { kind: 'other', end: at + 1 } : { kind: 'word', end: word };
}

const quoted = (end: number | undefined): Token =>
  end === undefined ? { kind: 'endless-quote', end: Infinity } : { kind: 'quoted', end };

const comment = (end: number | undefined): Token =>
  end === undefined ? { kind: 'endless-comment', end: Infinity } : { kind: 'blank', end };

function matchAt(sticky: RegExp, text: string, at: number): number | undefined {
  sticky.lastIndex = at;
  return sticky.test(text) ? sticky.lastIndex : undefined;
}

const endOfLine = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
};

/** Where the quote that opens at `at` ends; a doubled quote stands for itself. */
function quoteEnd(
  text: string,
  at: number,
  quote: string,
  backslashEscapes: boolean,
): number | undefined {
  const stops = backslashEscapes ? new RegExp(`[\\\\${quote}]`, 'g') : new RegExp(quote, 'g');
  stops.lastIndex = at + 1;
  for (let stop = stops.exec(text); stop !== null; stop = stops.exec(text)) {
    const escapes = stop[0] === '\\' || text[stop.index + 1] === quote;
    if (!escapes) return stop.index + 1;
    stops.lastIndex = stop.index + 2;
  }
  return undefined;
}

/** PostgreSQL's comments nest. */
function nestedCommentEnd(text: string, at: number): number | undefined {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = at;
  let depth = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return undefined;
}
