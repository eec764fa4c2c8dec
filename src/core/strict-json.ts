/** JSON that means one thing only: no name twice, no `__proto__`, not deeper than a limit. */

/** Undefined for what is no such JSON; JSON has no undefined of its own. */
export function parseStrictJson(text: string, depthMax: number): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  // After the parser: in what is no JSON, quotes without an end would be looked for again and again.
  return isPlain(text, depthMax) ? value : undefined;
}

/** A string with its quotes, or one of the marks that open, close and part; everything else is left to the parser. */
const TOKEN = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/gsu;

function isPlain(text: string, depthMax: number): boolean {
  const names: Set<string>[] = [];
  for (const [token, colon] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      if (names.length === depthMax) return false;
      names.push(new Set());
    } else if (token === '}' || token === ']') {
      names.pop();
    } else if (colon !== undefined) {
      const name = nameOf(token.slice(0, -colon.length));
      const known = names.at(-1);
      if (name === '__proto__' || known?.has(name) !== false) return false;
      known.add(name);
    }
  }
  return true;
}

/** `"\u0061"` is the name `a`. */
const nameOf = (quoted: string): string =>
  quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
