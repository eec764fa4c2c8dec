import { ExpressionError } from './expression-error';
import { binary, truthOf } from './operators';
import { isList, isMap, typeName, type Value } from './values';

/**
 * Reading a member of null is an error ("Type null does not have any properties"), and so is a key
 * that a map does not hold: the second is assumed from the event filter's documentation
 * ("accessing object properties that aren't defined in the event payload" is an error).
 */
export function memberOf(object: Value, name: string | number): Value {
  if (object === null) throw new ExpressionError('Type null does not have any properties.');
  let found: Value | undefined;
  if (isList(object)) {
    if (name === 'length') found = object.length;
    else if (typeof name === 'number') found = object[name];
  } else if (isMap(object)) {
    found = typeof name === 'string' ? object.get(name) : undefined;
  } else if (typeof object === 'string') {
    found = name === 'length' ? object.length : undefined;
  } else if (typeof object === 'object') {
    found = object.property(String(name));
  }
  if (found !== undefined) return found;
  throw new ExpressionError(`Unrecognized property of \`${typeName(object)}\`: "${name}".`);
}

export function includes(object: Value, method: string, wanted: Value): Value {
  if (method === 'includes' && isList(object)) {
    return object.some((element) => binary('==', element, wanted) === true);
  }
  if (method === 'includes' && typeof object === 'string' && typeof wanted === 'string') {
    return object.includes(wanted);
  }
  throw new ExpressionError(`Unrecognized method of \`${typeName(object)}\`: "${method}".`);
}

export function overList(object: Value, method: string, apply: (element: Value) => Value): Value {
  if (!isList(object)) {
    throw new ExpressionError(`Unrecognized method of \`${typeName(object)}\`: "${method}".`);
  }
  switch (method) {
    case 'map':
      return object.map(apply);
    case 'filter':
      return object.filter((element) => truthOf(apply(element)));
    case 'some':
      return object.some((element) => truthOf(apply(element)));
    case 'every':
      return object.every((element) => truthOf(apply(element)));
    default:
      throw new ExpressionError(`Unrecognized method of \`List\`: "${method}".`);
  }
}
