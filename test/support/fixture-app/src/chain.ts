/** Calls of the SDK's `kvs` as data, so that a test can write them. */
import { Filter, kvs } from '@forge/kvs';

export interface Step {
  readonly path: readonly { readonly call: string; readonly with?: readonly unknown[] }[];
}

/** Runs one chain such as `kvs.entity('ticket').get('a')`; answers the value or the error. */
export async function runChain({ path }: Step): Promise<unknown> {
  try {
    let target: unknown = kvs;
    for (const { call, with: args = [] } of path) {
      target = await Promise.resolve(apply(target, call, args.map(revive)));
    }
    return { value: target };
  } catch (error) {
    const { name, message, code, responseDetails } = error as Record<string, unknown>;
    const { status } = (responseDetails ?? {}) as { status?: unknown };
    return { error: { name, message, code, status } };
  }
}

function apply(target: unknown, name: string, args: unknown[]): unknown {
  const method: unknown = Reflect.get(Object(target), name);
  if (typeof method !== 'function') throw new Error(`${name} is no method`);
  return Reflect.apply(method, target, args);
}

/** `{ $and: [[attribute, condition], …] }` and `{ $or: … }` become the SDK's filters, anywhere in an argument. */
function revive(argument: unknown): unknown {
  if (typeof argument !== 'object' || argument === null) return argument;
  if ('$and' in argument || '$or' in argument) return toFilter(argument);
  if (Array.isArray(argument)) return argument.map(revive);
  return Object.fromEntries(Object.entries(argument).map(([key, value]) => [key, revive(value)]));
}

function toFilter(described: object): unknown {
  const [operator, terms] = Object.entries(described)[0] as ['$and' | '$or', [string, unknown][]];
  let filter: unknown = new Filter();
  for (const term of terms) filter = apply(filter, operator.slice(1), term);
  return filter;
}
