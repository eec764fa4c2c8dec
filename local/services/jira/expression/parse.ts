import { type Expression, parse, type Program } from 'acorn';

/**
 * Longest expression, in characters. Source: the OpenAPI example of POST /rest/api/3/expression/analyse
 * ("Jira expression is too long (1040), limit: 1000 characters"). Event filters may have 10,000
 * (developer.atlassian.com/platform/forge/events-reference/product_events, read 2026-11-20).
 */
export const RULE_MAX_CHARS = 1_000;
export const FILTER_MAX_CHARS = 10_000;

export interface ParsedExpression {
  readonly bindings: readonly { readonly name: string; readonly value: Expression }[];
  readonly result: Expression;
}

export type Parsing =
  | { readonly kind: 'parsed'; readonly expression: ParsedExpression }
  | { readonly kind: 'error'; readonly message: string };

/** Reads `let a = …; let b = …; result` with a JavaScript parser; what is more than that is refused. */
export function parseExpression(source: string, maxChars: number): Parsing {
  if (source.length > maxChars) {
    return error(`Jira expression is too long (${source.length}), limit: ${maxChars} characters`);
  }
  try {
    return readProgram(parse(source, { ecmaVersion: 2022, sourceType: 'script' }));
  } catch (failure) {
    return error(failure instanceof Error ? failure.message : 'The expression cannot be parsed.');
  }
}

function readProgram(program: Program): Parsing {
  const bindings: { name: string; value: Expression }[] = [];
  const statements = [...program.body];
  const last = statements.pop();
  for (const statement of statements) {
    if (statement.type !== 'VariableDeclaration' || statement.kind !== 'let') {
      return error('Only let statements may stand before the result of an expression.');
    }
    for (const { id, init } of statement.declarations) {
      if (id.type !== 'Identifier' || init === null || init === undefined) {
        return error('A let statement names one variable and gives it a value.');
      }
      bindings.push({ name: id.name, value: init });
    }
  }
  if (last?.type !== 'ExpressionStatement') {
    return error('An expression ends with its result.');
  }
  return { kind: 'parsed', expression: { bindings, result: last.expression } };
}

function error(message: string): Parsing {
  return { kind: 'error', message };
}
