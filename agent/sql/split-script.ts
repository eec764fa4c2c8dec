/**
 * A script as its statements. The published splitters that were looked at break at nested comments,
 * `E''` strings, `BEGIN ATOMIC` bodies or comments after the last statement, so this one is our own.
 */
import type { Engine } from './database-rule';
import { tokenAt } from './tokens';
import type { Token } from './tokens';

export interface Statement {
  /** From 1, in the script's order. */
  readonly number: number;
  /** Of the script, from 1, where the statement's first word stands. */
  readonly line: number;
  /** Without the delimiter, and without comments before it. */
  readonly text: string;
  /** The first words in upper case, comments left out: what kind of statement it is. */
  readonly words: readonly string[];
}

export type Split =
  | { readonly kind: 'statements'; readonly statements: readonly Statement[] }
  | { readonly kind: 'broken'; readonly line: number; readonly what: 'quote' | 'comment' };

const WORDS_KEPT = 8;
const ROUTINE = /^CREATE (OR REPLACE )?(FUNCTION|PROCEDURE)\b/;
const DELIMITER_LINE = /delimiter[ \t]+(\S+)[^\n]*/iy;

/** Splits at the delimiters that the engine's own client would split at. */
export function splitScript(script: string, engine: Engine): Split {
  const text = script.replace(/^\uFEFF/, '');
  const statements: Statement[] = [];
  const lineAt = countLines(text);
  let delimiter = ';';
  let open = nothing();

  const end = (at: number): void => {
    if (open.from !== null) {
      const { from, words } = open;
      const number = statements.length + 1;
      const body = text.slice(from, at).trimEnd();
      statements.push({ number, line: lineAt(from), text: body, words });
    }
    open = nothing();
  };

  for (let at = 0; at < text.length;) {
    const directive = engine === 'mysql' && open.from === null ? directiveAt(text, at) : undefined;
    if (directive) {
      delimiter = directive.delimiter;
      at = directive.end;
      continue;
    }
    const inside = open.depth > 0 || open.blocks > 0 || open.inCode;
    if (!inside && text.startsWith(delimiter, at)) {
      end(at);
      at += delimiter.length;
      continue;
    }
    const token = cut(tokenAt(text, at, engine, open.inCode), text, at, delimiter);
    if (token.kind === 'endless-quote' || token.kind === 'endless-comment') {
      const what = token.kind === 'endless-quote' ? 'quote' : 'comment';
      return { kind: 'broken', line: lineAt(at), what };
    }
    if (token.kind !== 'blank') take(open, token, text.slice(at, Math.min(token.end, at + 40)), at);
    at = token.end;
  }
  end(text.length);
  return { kind: 'statements', statements };
}

/** The statement that is being read. */
interface OpenStatement {
  from: number | null;
  words: string[];
  /** Open parentheses: CREATE RULE holds statements in them. */
  depth: number;
  /** Open BEGIN ATOMIC and CASE of a routine's body: what psql looks at too. */
  blocks: number;
  inCode: boolean;
}

const nothing = (): OpenStatement => ({
  from: null,
  words: [],
  depth: 0,
  blocks: 0,
  inCode: false,
});

function take(open: OpenStatement, token: Token, beginning: string, at: number): void {
  open.from ??= at;
  if (token.kind === 'open') open.depth += 1;
  if (token.kind === 'close') open.depth = Math.max(0, open.depth - 1);
  if (token.kind === 'code-comment') open.inCode = true;
  if (token.kind === 'code-comment-end') open.inCode = false;
  if (token.kind !== 'word') return;
  const word = beginning.toUpperCase();
  if (open.words.length < WORDS_KEPT) open.words.push(word);
  if (open.depth > 0 || !ROUTINE.test(open.words.join(' '))) return;
  if (word === 'ATOMIC') open.blocks += 1;
  if (word === 'CASE' && open.blocks > 0) open.blocks += 1;
  if (word === 'END' && open.blocks > 0) open.blocks -= 1;
}

/** MySQL's client ends a statement even within a word: `END$$` after `DELIMITER $$`. */
function cut(token: Token, text: string, at: number, delimiter: string): Token {
  if (token.kind !== 'word' || delimiter === ';') return token;
  const within = text.slice(at, token.end).indexOf(delimiter);
  return within > 0 ? { kind: 'word', end: at + within } : token;
}

function directiveAt(
  text: string,
  at: number,
): { readonly delimiter: string; readonly end: number } | undefined {
  DELIMITER_LINE.lastIndex = at;
  const [line, delimiter] = DELIMITER_LINE.exec(text) ?? [];
  return line === undefined || delimiter === undefined
    ? undefined
    : { delimiter, end: at + line.length };
}

/** Asked for growing places only, so that a long script is read once. */
function countLines(text: string): (at: number) => number {
  let line = 1;
  let counted = 0;
  return (at) => {
    for (let next = text.indexOf('\n', counted); next !== -1 && next < at;) {
      line += 1;
      counted = next + 1;
      next = text.indexOf('\n', counted);
    }
    return line;
  };
}
