import { ExpressionError } from './expression-error';
import { isList, isMap, typeName, type Value } from './values';

/** A condition of `?:`, `&&`, `||` and of list methods: a Boolean, nothing else (stricter than Jira). */
export function truthOf(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw new ExpressionError(`${typeName(value)} cannot be used as a Boolean.`);
}

/** `!x`: null counts as false, so that `!!issue.assignee` works as in Jira. */
export function not(value: Value): boolean {
  if (value === null) return true;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'object' && !isList(value) && !isMap(value)) return false;
  throw new ExpressionError(`${typeName(value)} cannot be negated.`);
}

export function logical(operator: string, left: Value, right: () => Value): Value {
  switch (operator) {
    case '&&':
      return truthOf(left) && truthOf(right());
    case '||':
      return truthOf(left) || truthOf(right());
    case '??':
      return left ?? right();
    default:
      throw new ExpressionError(`Operator ${operator} is not supported.`);
  }
}

export function binary(operator: string, left: Value, right: Value): Value {
  switch (operator) {
    case '==':
      return isEqual(left, right);
    case '!=':
      return !isEqual(left, right);
    case '<':
    case '>':
    case '<=':
    case '>=':
      return compare(operator, left, right);
    case '+':
      return add(left, right);
    default:
      throw new ExpressionError(`Operator ${operator} is not supported.`);
  }
}

/**
 * Anything may be compared with null; otherwise both sides are of one simple type.
 * Source: the OpenAPI example of expression/analyse, "Can't compare Number to String.".
 */
function isEqual(left: Value, right: Value): boolean {
  if (left === null || right === null) return left === right;
  if (typeof left === typeof right && typeof left !== 'object') return left === right;
  throw new ExpressionError(`Can't compare ${typeName(left)} to ${typeName(right)}.`);
}

function compare(operator: '<' | '>' | '<=' | '>=', left: Value, right: Value): boolean {
  if (typeof left !== 'number' || typeof right !== 'number') {
    throw new ExpressionError(`Can't compare ${typeName(left)} to ${typeName(right)}.`);
  }
  switch (operator) {
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
  }
}

function add(left: Value, right: Value): Value {
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  throw new ExpressionError(`Can't add ${typeName(right)} to ${typeName(left)}.`);
}
