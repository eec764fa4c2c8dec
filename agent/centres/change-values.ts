/** What a change makes of a namespace, in one environment. */
import type { ConfigValue, KeyChange } from '#core/content';
import { areEqual } from './namespace-record';
import type { StoredValue, Values } from './namespace-record';

/** The namespace after the change. A key that is deleted and not there changes nothing. */
export function changeValues(
  before: Values,
  changes: readonly KeyChange[],
  environment: string,
): Values {
  const values = new Map(Object.entries(before));
  for (const change of changes) {
    if (change.action === 'delete') values.delete(change.key);
    else values.set(change.key, valueIn(change.value, environment));
  }
  return Object.fromEntries(values);
}

function valueIn(value: ConfigValue, environment: string): StoredValue {
  if (value.kind === 'secret') return { kind: 'secret', name: value.name };
  const { text, perEnvironment = {} } = value;
  const differs = Object.hasOwn(perEnvironment, environment);
  return { kind: 'text', text: (differs ? perEnvironment[environment] : undefined) ?? text };
}

/** The secrets that the change refers to. */
export const secretsIn = (changes: readonly KeyChange[]): readonly string[] =>
  changes.flatMap((change) =>
    change.action === 'set' && change.value.kind === 'secret' ? [change.value.name] : [],
  );

/** What became of the keys of a namespace that held this: `2 keys set (1 already so), 1 deleted, 1 to delete was not there`. */
export function changesText(
  changes: readonly KeyChange[],
  before: Values,
  environment: string,
): string {
  const held = new Map(Object.entries(before));
  const count = { set: 0, same: 0, deleted: 0, absent: 0 };
  for (const change of changes) {
    const value = held.get(change.key);
    if (change.action === 'delete') count[value ? 'deleted' : 'absent'] += 1;
    else {
      count.set += 1;
      const next = valueIn(change.value, environment);
      if (value && areEqual({ value }, { value: next })) count.same += 1;
    }
  }
  const parts: readonly (readonly [number, string])[] = [
    [count.set, count.same === 0 ? 'set' : `set (${count.same} already so)`],
    [count.deleted, 'deleted'],
    [count.absent, `to delete ${count.absent === 1 ? 'was' : 'were'} not there`],
  ];
  return parts
    .filter(([keys]) => keys > 0)
    .map(([keys, words], index) => `${index === 0 ? keysOf(keys) : keys} ${words}`)
    .join(', ');
}

const keysOf = (count: number): string => `${count} ${count === 1 ? 'key' : 'keys'}`;
