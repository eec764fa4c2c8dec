/**
 * The built-in store: one file per environment, application and namespace below a directory, each write
 * kept beside it. One agent writes here, and only for jobs that hold the namespace's scope.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, namesIn, readIfAny, writeDurably } from './durable-file';
import { areEqual, parseRecord, recordText } from './namespace-record';
import type { NamespaceRecord, Values, Writer } from './namespace-record';

/** A namespace of an environment; the plan's grammar keeps all of it from being read as a path. */
export interface NamespacePlace {
  readonly environment: string;
  readonly application: string;
  readonly namespace: string;
}

export interface NamespaceStore {
  /** The newest record; null where nothing was ever written. */
  read(place: NamespacePlace): Promise<ReadRecord>;
  /** Records of the namespace, the newest first. */
  history(place: NamespacePlace): AsyncIterable<NamespaceRecord>;
  /** Writes once per job and change: asked again, it says what was written then. */
  write(place: NamespacePlace, values: Values, writer: Writer): Promise<WriteEnd>;
  /** Names of the application's namespaces. */
  list(environment: string, application: string): Promise<readonly string[]>;
}

export type ReadRecord =
  | { readonly kind: 'record'; readonly record: NamespaceRecord | null }
  | { readonly kind: 'damaged'; readonly sentence: string };

export type WriteEnd =
  | { readonly kind: 'written'; readonly record: NamespaceRecord }
  /** This job has written it before. */
  | { readonly kind: 'written-before'; readonly record: NamespaceRecord }
  /** A later claim has written since. */
  | {
      readonly kind: 'superseded';
      readonly sentence: string;
      readonly file: string;
      readonly seen: number;
    }
  | { readonly kind: 'failed'; readonly sentence: string };

/** Text of other people's systems: nobody else on the machine reads it. */
const FILE_MODE = 0o600;
const REVISION_DIGITS = 9;

/** The store in a directory. */
export function createNamespaceStore(directory: string): NamespaceStore {
  const folder = (environment: string, application: string): string =>
    join(directory, environment, application);
  const fileOf = ({ environment, application, namespace }: NamespacePlace): string =>
    join(folder(environment, application), `${namespace}.json`);
  const historyOf = ({ environment, application, namespace }: NamespacePlace): string =>
    join(folder(environment, application), `${namespace}.history`);

  const read = async (place: NamespacePlace): Promise<ReadRecord> => {
    const file = fileOf(place);
    let text: string | undefined;
    try {
      text = await readIfAny(file);
    } catch (cause) {
      const sentence = `${file} cannot be read (${codeOf(cause)}); let the agent's user read that file, then retry.`;
      return { kind: 'damaged', sentence };
    }
    if (text === undefined) return { kind: 'record', record: null };
    const record = parseRecord(text);
    if (record) return { kind: 'record', record };
    const sentence = `${file} is no namespace as this agent writes it; put the newest file of ${historyOf(place)} in its place, then retry.`;
    return { kind: 'damaged', sentence };
  };

  async function* history(place: NamespacePlace): AsyncGenerator<NamespaceRecord> {
    const newest = await read(place);
    const last = newest.kind === 'record' ? (newest.record?.revision ?? 0) : 0;
    for (const { name, revision } of await entriesOf(historyOf(place))) {
      const record = parseRecord((await readIfAny(join(historyOf(place), name))) ?? '');
      if (record && revision <= last) yield record;
    }
  }

  const writeOnce = async (
    place: NamespacePlace,
    values: Values,
    writer: Writer,
  ): Promise<WriteEnd> => {
    const found = await read(place);
    if (found.kind === 'damaged') return { kind: 'failed', sentence: found.sentence };
    const { record } = found;
    const told = await writtenBefore(history(place), writer);
    if (told) return { kind: 'written-before', record: told };
    if (record && record.writer.fence > writer.fence) {
      const sentence = `${fileOf(place)} was written with fence ${record.writer.fence}; fence ${writer.fence} is older, so the job belongs to another claim.`;
      return { kind: 'superseded', sentence, file: fileOf(place), seen: record.writer.fence };
    }
    const before = record?.values ?? {};
    const next = { revision: (record?.revision ?? 0) + 1, values, before, writer };
    await forgetAfter(historyOf(place), next.revision);
    const bytes = recordText(next);
    const kept = join(historyOf(place), entryName(next));
    await writeDurably({ path: kept, bytes, mode: FILE_MODE });
    await writeDurably({ path: fileOf(place), bytes, mode: FILE_MODE });
    const after = await read(place);
    const isThere =
      after.kind === 'record' && after.record !== null && areEqual(after.record.values, values);
    return isThere
      ? { kind: 'written', record: next }
      : {
          kind: 'failed',
          sentence: `${fileOf(place)} does not hold what was written to it; look at that disk and who else writes there, then retry.`,
        };
  };

  return {
    read,
    history,
    write: async (place, values, writer) => {
      try {
        return await writeOnce(place, values, writer);
      } catch (cause) {
        const sentence = `${fileOf(place)} could not be written (${codeOf(cause)}); give the agent's user that directory and room in it, then retry.`;
        return { kind: 'failed', sentence };
      }
    },
    list: async (environment, application) => {
      const names = await namesIn(folder(environment, application));
      const files = names.filter((name) => name.endsWith('.json') && !name.startsWith('.'));
      return files.map((name) => name.slice(0, -'.json'.length)).sort();
    },
  };
}

async function writtenBefore(
  history: AsyncIterable<NamespaceRecord>,
  { job, change, act }: Writer,
): Promise<NamespaceRecord | undefined> {
  for await (const record of history) {
    const { writer } = record;
    if (writer.job === job && writer.change === change && writer.act === act) return record;
  }
  return undefined;
}

/** Neither jobs nor changes hold a `+`. */
const entryName = ({ revision, writer }: NamespaceRecord): string =>
  `${String(revision).padStart(REVISION_DIGITS, '0')}+${writer.job}+${writer.change}.json`;

interface HistoryEntry {
  readonly name: string;
  readonly revision: number;
}

/** The newest first. */
async function entriesOf(directory: string): Promise<readonly HistoryEntry[]> {
  const names = (await namesIn(directory)).filter((name) => /^\d+\+/.test(name));
  return names
    .sort()
    .reverse()
    .map((name) => ({ name, revision: Number.parseInt(name, 10) }));
}

/** A write that was cut short before its namespace took it is none. */
async function forgetAfter(directory: string, revision: number): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const entry of await entriesOf(directory)) {
    if (entry.revision < revision) return;
    await rm(join(directory, entry.name));
  }
}
