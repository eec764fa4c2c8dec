/** Right after a kill: what Jira shows of a job is what the agent's store says it has told, and nothing else. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { hostKey } from '#app/host-chunks';
import { ReportEntry } from '#wire/agent';
import { JobRow, OutboxRow } from '../../../agent/journal-rows';
import type { MemoryStore } from '../../support/memory-store';
import { shownBy, stored } from './compare-records';

const Row = OutboxRow.extend({ state: z.enum(['waiting', 'acknowledged']) });

/** Where the app's store and the journal of the dead agent do not fit together, a sentence each. */
export function discrepancies(memory: MemoryStore, journal: DatabaseSync): readonly string[] {
  const shown = shownBy(memory);
  const jobs = new Map(stored(memory, 'job').map((job) => [job.job, job] as const));
  const open = journal
    .prepare(`SELECT * FROM jobs WHERE state IN ('open', 'finished')`)
    .all()
    .map((row) => JobRow.parse(row));
  return open.flatMap(({ job, last_seq: sent, outcome }) => {
    const app = jobs.get(job);
    if (!app) return [`the journal has job ${job}, and the app has not`];
    const rows = journal
      .prepare('SELECT id, seq, kind, json, state FROM outbox WHERE job = ? ORDER BY id')
      .all(job)
      .map((row) => Row.parse(row));
    const has = ({ seq }: { readonly seq: number | null }): boolean =>
      seq !== null && seq <= app.lastSeq;
    const believed = rows.filter((row) => row.state === 'acknowledged' && !has(row)).length;
    const told = new Map(
      rows
        .filter((row) => row.kind === 'entry' && has(row))
        .map((row) => ReportEntry.parse(JSON.parse(row.json)))
        .map((entry) => [hostKey(entry.step, entry.host), entry] as const),
    );
    const wrong = [...told].flatMap(([key, { state, note, at }]) => {
      const host = shown.get(key);
      return host?.state === state && host.note === note && host.at === at
        ? []
        : [`${key} is ${host?.state ?? 'nothing'} in the app, and the agent has told ${state}`];
    });
    const isTold = app.status !== 'finished' || isSame(app.outcome, outcome);
    return [
      ...(believed > 0
        ? [`job ${job}: the agent believes that ${String(believed)} rows arrived`]
        : []),
      ...(app.lastSeq > sent ? [`job ${job}: the app has message ${String(app.lastSeq)}`] : []),
      ...(isTold ? [] : [`job ${job}: the app has an end that the agent never had`]),
      ...wrong.map((why) => `job ${job}: ${why}`),
    ];
  });
}

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
