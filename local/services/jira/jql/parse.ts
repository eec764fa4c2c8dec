import { type Token, tokenize } from './tokens';

export type Operator =
  '=' | '!=' | '<' | '>' | '<=' | '>=' | '~' | '!~' | 'in' | 'not in' | 'is' | 'is not';

/** What stands right of an operator: a text, or a function by its name. */
export interface Operand {
  readonly kind: 'text' | 'function' | 'empty';
  readonly text: string;
}

export interface Term {
  readonly kind: 'term';
  readonly field: string;
  readonly operator: Operator;
  readonly operands: readonly Operand[];
}

export type Clause =
  | Term
  | { readonly kind: 'and' | 'or'; readonly clauses: readonly Clause[] }
  | { readonly kind: 'not'; readonly clause: Clause };

export interface Query {
  /** Undefined when the query restricts nothing. */
  readonly where: Clause | undefined;
  readonly orderBy: readonly { readonly field: string; readonly descending: boolean }[];
}

export type Parsing =
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'error'; readonly message: string };

class JqlError extends Error {}

const OPERATORS =
  "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'.";
const RESERVED = new Set(['and', 'or', 'not', 'in', 'is', 'order', 'by', 'empty', 'null']);
const SYMBOL_OPERATORS = ['=', '!=', '<', '>', '<=', '>=', '~', '!~'] as const;

/** Reads the part of JQL that this Jira knows. Error sentences as Jira's, seen in public threads. */
export function parseJql(jql: string): Parsing {
  const split = tokenize(jql);
  if (split.kind === 'error') return split;
  try {
    return { kind: 'query', query: readQuery(new Reader(split.tokens)) };
  } catch (failure) {
    if (failure instanceof JqlError) return { kind: 'error', message: failure.message };
    throw failure;
  }
}

/** Reads tokens one after the other. */
class Reader {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  take(): Token | undefined {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  /** Takes the keyword or symbol if it is next. */
  accept(text: string): boolean {
    const token = this.peek();
    if (token === undefined || token.kind === 'quoted' || token.text.toLowerCase() !== text) {
      return false;
    }
    this.#next += 1;
    return true;
  }
}

function readQuery(reader: Reader): Query {
  const isBare = reader.peek() === undefined || isWord(reader.peek(), 'order');
  const where = isBare ? undefined : readOr(reader);
  const orderBy = reader.accept('order') ? readOrder(reader) : [];
  const rest = reader.peek();
  if (rest !== undefined) {
    throw new JqlError(
      `Error in the JQL Query: Expecting either 'OR' or 'AND' but got '${rest.text}'. (line 1, character ${rest.column})`,
    );
  }
  return { where, orderBy };
}

function readOr(reader: Reader): Clause {
  const clauses = [readAnd(reader)];
  while (reader.accept('or')) clauses.push(readAnd(reader));
  return joined('or', clauses);
}

function readAnd(reader: Reader): Clause {
  const clauses = [readNot(reader)];
  while (reader.accept('and')) clauses.push(readNot(reader));
  return joined('and', clauses);
}

function joined(kind: 'and' | 'or', clauses: readonly Clause[]): Clause {
  const only = clauses[0];
  return clauses.length === 1 && only !== undefined ? only : { kind, clauses };
}

function readNot(reader: Reader): Clause {
  if (reader.accept('not')) return { kind: 'not', clause: readNot(reader) };
  if (reader.accept('(')) {
    const clause = readOr(reader);
    if (!reader.accept(')')) throw expecting("')'", reader.peek());
    return clause;
  }
  return readTerm(reader);
}

function readTerm(reader: Reader): Clause {
  const name = reader.take();
  if (name === undefined) throw expecting('a field name', undefined);
  if (name.kind === 'symbol' || isReserved(name)) throw expecting('a field name', name);
  const operator = readOperator(reader);
  const operands =
    operator === 'in' || operator === 'not in' ? readList(reader) : [readOperand(reader)];
  return { kind: 'term', field: name.text, operator, operands };
}

function readOperator(reader: Reader): Operator {
  const token = reader.take();
  if (token === undefined) {
    throw new JqlError(
      `Error in the JQL Query: Expecting operator before the end of the query. ${OPERATORS}`,
    );
  }
  const symbol = SYMBOL_OPERATORS.find((known) => known === token.text && token.kind === 'symbol');
  if (symbol !== undefined) return symbol;
  if (isWord(token, 'in')) return 'in';
  if (isWord(token, 'is')) return reader.accept('not') ? 'is not' : 'is';
  if (isWord(token, 'not') && reader.accept('in')) return 'not in';
  throw new JqlError(
    `Error in the JQL Query: Expecting operator but got '${token.text}'. ${OPERATORS} (line 1, character ${token.column})`,
  );
}

function readList(reader: Reader): readonly Operand[] {
  if (!reader.accept('(')) throw expecting("'('", reader.peek());
  const operands = [readOperand(reader)];
  while (reader.accept(',')) operands.push(readOperand(reader));
  if (!reader.accept(')')) throw expecting("')'", reader.peek());
  return operands;
}

function readOperand(reader: Reader): Operand {
  const token = reader.take();
  if (token === undefined) {
    throw new JqlError(
      'Error in the JQL Query: Expecting either a value, list or function before the end of the query.',
    );
  }
  if (token.kind === 'quoted') return { kind: 'text', text: token.text };
  if (isWord(token, 'empty') || isWord(token, 'null')) return { kind: 'empty', text: '' };
  if (token.kind === 'symbol' || isReserved(token)) {
    throw new JqlError(
      `Error in the JQL Query: Expecting either a value, list or function but got '${token.text}'. You must surround '${token.text}' in quotation marks to use it as a value. (line 1, character ${token.column})`,
    );
  }
  if (!reader.accept('(')) return { kind: 'text', text: token.text };
  if (!reader.accept(')')) throw expecting("')'", reader.peek());
  return { kind: 'function', text: token.text };
}

function readOrder(reader: Reader): Query['orderBy'] {
  if (!reader.accept('by')) throw expecting("'BY'", reader.peek());
  const orders: { field: string; descending: boolean }[] = [];
  do {
    const name = reader.take();
    if (name === undefined || name.kind === 'symbol') throw expecting('a field name', name);
    const descending = reader.accept('desc');
    if (!descending) reader.accept('asc');
    orders.push({ field: name.text, descending });
  } while (reader.accept(','));
  return orders;
}

function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === 'word' && token.text.toLowerCase() === text;
}

function isReserved(token: Token): boolean {
  return token.kind === 'word' && RESERVED.has(token.text.toLowerCase());
}

function expecting(what: string, got: Token | undefined): JqlError {
  return new JqlError(
    got === undefined
      ? `Error in the JQL Query: Expecting ${what} before the end of the query.`
      : `Error in the JQL Query: Expecting ${what} but got '${got.text}'. (line 1, character ${got.column})`,
  );
}
