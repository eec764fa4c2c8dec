import type {
  ArrowFunctionExpression,
  CallExpression,
  Expression,
  MemberExpression,
  PrivateIdentifier,
  SpreadElement,
  Super,
} from 'acorn';
import { ExpressionError } from './expression-error';
import { includes, memberOf, overList } from './members';
import { binary, logical, not, truthOf } from './operators';
import { parseExpression } from './parse';
import { typeName, type Value } from './values';

/** Names that an expression may read. */
export type Scope = ReadonlyMap<string, Value>;

export type Evaluation =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'error'; readonly message: string };

/** High-level operations before an expression is stopped. Source: as FILTER_MAX_CHARS in parse.ts. */
const MAX_STEPS = 50_000;

/** Stands for the rest of `a?.b.c` once `a` turned out to be null. */
const SHORT = Symbol('short');

interface Run {
  steps: number;
}

/** Evaluates an expression. Never throws: what this language does not know is an error, as in Jira. */
export function evaluate(source: string, scope: Scope, maxChars: number): Evaluation {
  const parsing = parseExpression(source, maxChars);
  if (parsing.kind === 'error') return parsing;
  try {
    const run: Run = { steps: 0 };
    let inner = scope;
    for (const { name, value } of parsing.expression.bindings) {
      if (inner.has(name)) throw new ExpressionError(`Variable ${name} is already defined.`);
      inner = new Map([...inner, [name, valueOf(run, value, inner)]]);
    }
    return { kind: 'value', value: valueOf(run, parsing.expression.result, inner) };
  } catch (failure) {
    // A stack that is too deep is the expression's fault as well.
    const message = failure instanceof Error ? failure.message : 'The evaluation failed.';
    return { kind: 'error', message };
  }
}

function valueOf(run: Run, node: Expression, scope: Scope): Value {
  run.steps += 1;
  if (run.steps > MAX_STEPS) throw new ExpressionError('The expression takes too many steps.');
  switch (node.type) {
    case 'Literal':
      return literal(node.value);
    case 'Identifier':
      return variable(node.name, scope);
    case 'ParenthesizedExpression':
      return valueOf(run, node.expression, scope);
    case 'ArrayExpression':
      return node.elements.map((element) => valueOf(run, plain(element), scope));
    case 'UnaryExpression':
      if (node.operator === '!') return not(valueOf(run, node.argument, scope));
      throw new ExpressionError(`Operator ${node.operator} is not supported.`);
    case 'BinaryExpression':
      return binary(
        node.operator,
        valueOf(run, plain(node.left), scope),
        valueOf(run, node.right, scope),
      );
    case 'LogicalExpression':
      return logical(node.operator, valueOf(run, node.left, scope), () =>
        valueOf(run, node.right, scope),
      );
    case 'ConditionalExpression':
      return truthOf(valueOf(run, node.test, scope))
        ? valueOf(run, node.consequent, scope)
        : valueOf(run, node.alternate, scope);
    case 'ChainExpression': {
      const value = link(run, node.expression, scope);
      return value === SHORT ? null : value;
    }
    case 'MemberExpression':
    case 'CallExpression': {
      const value = link(run, node, scope);
      return value === SHORT ? null : value;
    }
    default:
      throw new ExpressionError(`${node.type} is not supported.`);
  }
}

function literal(value: unknown): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return value;
  throw new ExpressionError('This kind of literal is not supported.');
}

function variable(name: string, scope: Scope): Value {
  const value = scope.get(name);
  if (value === undefined) throw new ExpressionError(`Variable ${name} is not defined.`);
  return value;
}

/** A member access or a call, which may stand in an optional chain. */
function link(run: Run, node: Expression, scope: Scope): Value | typeof SHORT {
  if (node.type === 'MemberExpression') return access(run, node, scope);
  if (node.type === 'CallExpression') return call(run, node, scope);
  return valueOf(run, node, scope);
}

function access(run: Run, node: MemberExpression, scope: Scope): Value | typeof SHORT {
  const object = link(run, plain(node.object), scope);
  if (object === SHORT || (object === null && node.optional)) return SHORT;
  return memberOf(object, memberName(run, node, scope));
}

function memberName(run: Run, node: MemberExpression, scope: Scope): string | number {
  if (!node.computed) {
    if (node.property.type === 'Identifier') return node.property.name;
    throw new ExpressionError('Private members are not supported.');
  }
  const name = valueOf(run, plain(node.property), scope);
  if (typeof name === 'string' || typeof name === 'number') return name;
  throw new ExpressionError(`A member cannot be named by ${typeName(name)}.`);
}

function call(run: Run, node: CallExpression, scope: Scope): Value | typeof SHORT {
  const callee = node.callee;
  if (callee.type !== 'MemberExpression' || callee.computed) {
    throw new ExpressionError('Only methods of lists and texts can be called.');
  }
  const object = link(run, plain(callee.object), scope);
  if (object === SHORT || (object === null && callee.optional)) return SHORT;
  const method = String(memberName(run, callee, scope));
  const argument = node.arguments[0];
  if (argument === undefined || node.arguments.length > 1) {
    throw new ExpressionError(`Method ${method} takes one argument.`);
  }
  if (argument.type === 'ArrowFunctionExpression') {
    return overList(object, method, lambda(run, argument, scope));
  }
  return includes(object, method, valueOf(run, plain(argument), scope));
}

function lambda(
  run: Run,
  { params, body }: ArrowFunctionExpression,
  scope: Scope,
): (element: Value) => Value {
  const parameter = params[0];
  if (parameter?.type !== 'Identifier' || params.length > 1 || body.type === 'BlockStatement') {
    throw new ExpressionError('A function here takes one parameter and gives one expression.');
  }
  if (scope.has(parameter.name)) {
    throw new ExpressionError(`Variable ${parameter.name} is already defined.`);
  }
  return (element) => valueOf(run, body, new Map([...scope, [parameter.name, element]]));
}

function plain(node: Expression | PrivateIdentifier | SpreadElement | Super | null): Expression {
  if (
    node === null ||
    node.type === 'PrivateIdentifier' ||
    node.type === 'SpreadElement' ||
    node.type === 'Super'
  ) {
    throw new ExpressionError(`${node?.type ?? 'An empty element'} is not supported.`);
  }
  return node;
}
