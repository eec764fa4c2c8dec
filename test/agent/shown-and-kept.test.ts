import { beforeEach, describe, expect, test } from '@jest/globals';
import { DatabaseSync } from 'node:sqlite';
import type { FinishOutcome, ReportEntry } from '#wire/agent';
import { createJournal } from '../../agent/journal';
import { createTables } from '../../agent/journal-database';
import type { Intent } from '../../agent/ports/journal';
import { differencesBetween } from '../support/shown-and-kept';

const JOB = '10001.1.CODE.1';
const entry = (state: ReportEntry['state']): ReportEntry => ({
  ...{ at: 1, step: 'code.shop', host: 'web1', note: '', milliseconds: 0 },
  state,
});
const INTENT: Intent = {
  ...{ job: JOB, fence: 1, step: 'code.shop', host: 'web1' },
  ...{ digest: 'd', version: '1' },
  act: 'start',
};

const shown = (end: string, state = 'healthy') => ({
  story: [
    { text: 'verified by nobody' },
    { text: end },
    { text: `had the agents run CODE (job ${JOB})` },
  ],
  hosts: [{ id: 'web1', state }],
});
const WELL = shown('saw the new version healthy on every host');

describe('Jira’s result held against the agent’s store', () => {
  let database: DatabaseSync;
  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    createTables(database);
  });

  async function worked(outcome: FinishOutcome | null, result: string | null, heard = true) {
    const journal = createJournal(database);
    await journal.beginJob({ job: JOB, fence: 1 }, 0);
    const serial = await journal.writeIntent(INTENT, entry('starting'));
    if (result !== null) await journal.writeResult(serial, result, entry('starting'));
    if (outcome) await journal.finishJob(JOB, outcome);
    for (let seq = 1; heard; seq += 1) {
      if (!(await journal.nextMessage(JOB))) break;
      await journal.acknowledge(JOB, seq);
    }
  }

  test('finds nothing where both say that it succeeded', async () => {
    await worked({ kind: 'succeeded' }, 'done');
    expect(differencesBetween(WELL, [database])).toEqual([]);
  });

  test('finds nothing where both tell the same failure', async () => {
    const failure = { class: 'health', sentence: 'It is ill.' } as const;
    await worked({ kind: 'failed', failure }, 'It is ill.');
    const told = shown('saw CODE fail (health): It is ill.', 'failed');
    expect(differencesBetween(told, [database])).toEqual([]);
  });

  test('finds another end', async () => {
    await worked({ kind: 'failed', failure: { class: 'health', sentence: 'It is ill.' } }, 'done');
    expect(differencesBetween(WELL, [database])).toEqual([
      `job ${JOB}: Jira shows succeeded, the journal fail (health): It is ill.`,
    ]);
    const other = shown('saw CODE fail (health): It is well.', 'failed');
    expect(differencesBetween(other, [database])).toHaveLength(1);
  });

  test('finds a host that looks otherwise than its last act left it', async () => {
    await worked({ kind: 'succeeded' }, 'It did not begin.');
    expect(differencesBetween(WELL, [database])).toEqual([
      'host web1: Jira shows healthy, the journal start It did not begin.',
    ]);
  });

  test('finds an act without an end, and words that never arrived', async () => {
    await worked({ kind: 'succeeded' }, null, false);
    expect(differencesBetween(WELL, [database])).toEqual([
      `job ${JOB}: Jira shows succeeded, a journal finished`,
      `job ${JOB}: Jira shows succeeded, and 0 agents say so`,
      `job ${JOB}: 2 messages never reached Jira`,
      `job ${JOB}: start on web1 has no end`,
    ]);
  });

  test('finds two agents that both ended a job, and a job that nobody knows', async () => {
    await worked({ kind: 'succeeded' }, 'done');
    const twice = differencesBetween(WELL, [database, database]);
    expect(twice).toEqual([`job ${JOB}: Jira shows succeeded, and 2 agents say so`]);
    expect(differencesBetween(WELL, [])).toHaveLength(1);
  });

  test('lets an agent that was killed let go what Jira knows already', async () => {
    await worked({ kind: 'succeeded' }, 'done', false);
    await createJournal(database).dropJob(JOB, 'The job is over.');
    expect(differencesBetween(WELL, [database])).toHaveLength(1);
    expect(differencesBetween(WELL, [database], { mayBeDropped: true })).toEqual([]);
  });
});
