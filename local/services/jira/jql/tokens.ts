export interface Token {
  readonly kind: 'word' | 'quoted' | 'symbol';
  readonly text: string;
  /** Where it begins, counted from 1 as Jira counts. */
  readonly column: number;
}

export type Tokens =
  | { readonly kind: 'tokens'; readonly tokens: readonly Token[] }
  | { readonly kind: 'error'; readonly message: string };

const PATTERN =
  /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(!=|!~|<=|>=|[=<>~(),])|([^\s"'=!<>~(),]+))/y;

/** Splits a query into words, quoted texts and symbols. */
export function tokenize(jql: string): Tokens {
  const tokens: Token[] = [];
  const pattern = new RegExp(PATTERN);
  while (pattern.lastIndex < jql.trimEnd().length) {
    const start = pattern.lastIndex;
    const found = pattern.exec(jql);
    if (found === null) return { kind: 'error', message: unreadable(jql, start) };
    const [whole, quoted, symbol, word = ''] = found;
    const text = quoted ?? symbol ?? word;
    const column = start + whole.length - text.length + 1;
    if (quoted !== undefined) tokens.push({ kind: 'quoted', text: unquote(quoted), column });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, column });
    else tokens.push({ kind: 'word', text: word, column });
  }
  return { kind: 'tokens', tokens };
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1');
}

function unreadable(jql: string, start: number): string {
  const rest = jql.slice(start).trimStart();
  const column = jql.length - rest.length + 1;
  return rest.startsWith('"') || rest.startsWith("'")
    ? `Error in the JQL Query: The quoted string '${rest.slice(1)}' has not been completed. (line 1, character ${column})`
    : `Error in the JQL Query: The character '${rest.charAt(0)}' is a reserved JQL character. You must enclose it in a string or use the escape instead. (line 1, character ${column})`;
}
