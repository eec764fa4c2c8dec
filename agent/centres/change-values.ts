/** What a change makes of a namespace, in one environment. */
import type { ConfigValue, KeyChange } from '#core/content';
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

/** `2 keys set, 1 deleted`. */
export function changesText(changes: readonly KeyChange[]): string {
  const set = changes.filter(({ action }) => action === 'set').length;
  const deleted = changes.length - set;
  const keys = (count: number): string => `${count} ${count === 1 ? 'key' : 'keys'}`;
  if (deleted === 0) return `${keys(set)} set`;
  return set === 0 ? `${keys(deleted)} deleted` : `${keys(set)} set, ${deleted} deleted`;
}
