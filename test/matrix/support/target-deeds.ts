/** What was done, as the targets' own records tell it: each is read whole, once nobody works there any more. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentAct } from '#wire/agent';
import { createNamespaceStore } from '../../../agent/centres/namespace-store';
import { EARLIER_JOB } from './crash-place';
import type { ScriptRow } from './target-database';

/** Something that was done at a target, or is in doubt there. */
export interface Deed {
  readonly job: string;
  /** The host, script or change. */
  readonly place: string;
  readonly what: string;
  /** Of the claim that did it. */
  readonly fence: number;
  /** What the audit calls it; of a statement, with its number. */
  readonly of: string;
  /** `begun`: nobody has looked for its end. */
  readonly result: AgentAct['result'] | 'begun';
}

const LEDGER_LINE = /^\d+ (?<what>\w+) (?<job>\S+) (?<fence>\d+) (?<of>[0-9a-f]{64} \S+) \.$/;

/** By `.interlock/ledger` below the base path; what stood there before the release is left out. */
export function deedsOnHost(base: string, host: string): readonly Deed[] {
  const lines = readFileSync(join(base, '.interlock/ledger'), 'utf8').trim().split('\n');
  return lines
    .map((line): Deed => {
      // Whatever else stands there is of no job, and is found.
      const { what = line, job = '', fence, of = '' } = LEDGER_LINE.exec(line)?.groups ?? {};
      const [digest = '', version = ''] = of.split(' ');
      const release = `${version} ${digest}`;
      return { job, place: host, what, fence: Number(fence), of: release, result: 'done' };
    })
    .filter(({ job }) => job !== EARLIER_JOB);
}

const RESULTS = {
  intent: 'begun',
  asked: 'unknown',
  done: 'done',
  failed: 'failed',
} as const satisfies Record<ScriptRow['state'], Deed['result']>;

/** By `interlock_ledger`. */
export const deedsInDatabase = (rows: readonly ScriptRow[]): readonly Deed[] =>
  rows.map(({ job, script, fence, digest, number, state }) => ({
    ...{ job, place: script, what: 'statement', fence },
    ...{ of: `${digest} ${String(number)}`, result: RESULTS[state] },
  }));

/** By the history that each namespace has beside it. */
export async function deedsInCentre(
  directory: string,
  environment: string,
  application: string,
): Promise<readonly Deed[]> {
  const store = createNamespaceStore(directory);
  const deeds: Deed[] = [];
  for (const namespace of await store.list(environment, application)) {
    for await (const record of store.history({ environment, application, namespace })) {
      const { job, change, act, fence } = record.writer;
      const of = `revision ${String(record.revision)}`;
      deeds.push({ job, place: change, what: act, fence, of, result: 'done' });
    }
  }
  return deeds;
}
