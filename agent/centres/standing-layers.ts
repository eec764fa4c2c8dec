/** Which plans a namespace stands on: what was applied and not put back, one upon the other. */
import { areEqual } from './namespace-record';
import type { NamespaceRecord, Values } from './namespace-record';

/** One plan's writes that stand, in one go or in several tries. */
export interface Layer {
  readonly plan: string;
  /** What the namespace held when the plan came. */
  readonly before: Values;
  readonly values: Values;
  readonly latest: NamespaceRecord;
  /** Between its tries somebody else wrote, past Interlock. */
  readonly isEdited: boolean;
}

/** The layers from the lowest to the one on top, out of all records from the oldest on. */
export function standingLayers(records: readonly NamespaceRecord[]): readonly Layer[] {
  const layers: Layer[] = [];
  for (const record of records) {
    const { plan, act } = record.writer;
    const top = layers.at(-1);
    const isOnTop = top?.plan === plan;
    if (act === 'restore') {
      if (isOnTop) layers.pop();
      continue;
    }
    const isEdited = isOnTop && (top.isEdited || !areEqual(record.before, top.values));
    const before = isOnTop ? top.before : record.before;
    if (isOnTop) layers.pop();
    layers.push({ plan, before, values: record.values, latest: record, isEdited });
  }
  return layers;
}
