/** What a namespace holds and who wrote it, as it stands in the built-in store's files. */
import { z } from 'zod';

const StoredValue = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text: z.string() }),
  z.strictObject({ kind: z.literal('secret'), name: z.string() }),
]);
/** A value as it is in one environment. */
export type StoredValue = z.infer<typeof StoredValue>;

const Values = z.record(z.string(), StoredValue);
/** Keys and their values. */
export type Values = Readonly<Record<string, StoredValue>>;

const Writer = z.strictObject({
  job: z.string(),
  fence: z.int(),
  /** Digest of the approved plan. */
  plan: z.string(),
  /** The change's id in the content. */
  change: z.string(),
  act: z.enum(['apply', 'restore']),
});
export type Writer = z.infer<typeof Writer>;

const NamespaceRecord = z.strictObject({
  /** Counts the writes of this namespace from 1. */
  revision: z.int().min(1),
  values: Values,
  /** What it held when this was written: the way back. */
  before: Values,
  writer: Writer,
});
/** One write of a namespace; the newest one is what it holds. */
export type NamespaceRecord = z.infer<typeof NamespaceRecord>;

/** The record in a text; undefined when the text is none. */
export function parseRecord(text: string): NamespaceRecord | undefined {
  try {
    return NamespaceRecord.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The text of a record, with its keys in order: people read and compare these files. */
export const recordText = ({ revision, values, before, writer }: NamespaceRecord): string =>
  `${JSON.stringify({ revision, writer, values: inOrder(values), before: inOrder(before) }, null, 2)}\n`;

/** Whether two namespaces hold the same. */
export const areEqual = (left: Values, right: Values): boolean =>
  JSON.stringify(inOrder(left)) === JSON.stringify(inOrder(right));

const inOrder = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, value]) => [
        key,
        value.kind === 'text'
          ? { kind: value.kind, text: value.text }
          : { kind: value.kind, name: value.name },
      ]),
  );
