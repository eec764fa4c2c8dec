import { describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { createJournal, readIdentity, writeIdentity } from '../../agent/journal';
import { openDatabase } from '../../agent/journal-database';
import { takeInstanceLock } from '../../agent/instance-lock';
import { aJournal } from './support/an-agent';
import { scratch } from './support/scratch';

const directory = scratch();
let files = 0;

function aFile(): string {
  files += 1;
  return join(directory, `journal-${files}.db`);
}

function open(file: string): DatabaseSync {
  const opened = openDatabase(file);
  if (opened.kind === 'unusable') throw new Error(opened.sentence);
  return opened.database;
}

const entry = {
  at: 1,
  step: 'code-1',
  host: 'web-1',
  state: 'staging',
  note: '',
  milliseconds: 0,
} as const;
const intent = {
  job: 'j.1',
  fence: 3,
  step: 'code-1',
  host: 'web-1',
  act: 'stage',
  digest: 'd',
  version: '1',
} as const;

describe('the journal', () => {
  test('remembers everything over the end of its process', async () => {
    const file = aFile();
    const first = open(file);
    writeIdentity(first, { agent: 'ag', audience: 'site', appKey: 'key' }, 'http://app/');
    const journal = createJournal(first);
    await journal.beginJob({ job: 'j.1', fence: 3 }, 0);
    const failure = { class: 'health', sentence: 'Not healthy.' } as const;
    const serial = await journal.writeIntent({ ...intent, act: 'return-start', failure }, entry);
    await journal.writeIntent(intent, entry);
    await journal.writeResult(serial, 'done', entry);
    await journal.finishJob('j.1', { kind: 'failed', failure });
    first.close();

    const second = createJournal(open(file));

    expect(await second.openJobs()).toEqual([
      { job: 'j.1', fence: 3, outcome: { kind: 'failed', failure } },
    ]);
    expect(await second.intentsOf('j.1')).toEqual([
      { ...intent, act: 'return-start', failure, serial: 1, result: 'done' },
      { ...intent, serial: 2, result: null },
    ]);
    expect(await second.nextMessage('j.1')).toMatchObject({ kind: 'report', seq: 1, fence: 3 });
    expect(readIdentity(open(file))).toEqual({
      agent: 'ag',
      audience: 'site',
      appKey: 'key',
      url: 'http://app/',
    });
  });

  test('is on disk before a call answers: write-ahead log, synchronous FULL', () => {
    const database = open(aFile());

    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
  });

  test('forgets a dropped job’s messages, and keeps what it meant to do', async () => {
    const journal = createJournal(open(aFile()));
    await journal.beginJob({ job: 'j.1', fence: 3 }, 0);
    await journal.writeIntent(intent, entry);

    await journal.dropJob('j.1', 'taken');

    expect(await journal.openJobs()).toEqual([]);
    expect(await journal.nextMessage('j.1')).toBeUndefined();
    await journal.beginJob({ job: 'j.1', fence: 8 }, 4);
    expect(await journal.intentsOf('j.1')).toMatchObject([{ act: 'stage', result: null }]);
    await journal.tell('j.1', entry);
    expect(await journal.nextMessage('j.1')).toMatchObject({ seq: 5, fence: 8 });
  });

  test('keeps the last 500 jobs that are over, and every open one', async () => {
    const file = aFile();
    const database = open(file);
    const journal = createJournal(database);
    for (let job = 0; job < 510; job += 1) {
      await journal.beginJob({ job: `j.${job}`, fence: 1 }, 0);
      if (job > 2) await journal.dropJob(`j.${job}`, 'over');
    }
    await journal.writeIntent({ ...intent, job: 'j.3' }, entry);
    database.close();

    const again = open(file);

    expect(again.prepare('SELECT count(*) AS jobs FROM jobs').get()).toEqual({ jobs: 503 });
    expect(await createJournal(again).openJobs()).toHaveLength(3);
    expect(await createJournal(again).intentsOf('j.3')).toEqual([]);
  });

  test('forgets older ones while it runs as well, now and then', async () => {
    const { journal, database } = aJournal();
    const count = (table: string): unknown =>
      database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'];
    for (let job = 0; job < 650; job += 1) {
      const name = `j.${job}`;
      await journal.beginJob({ job: name, fence: 1 }, 0);
      const serial = await journal.writeIntent({ ...intent, job: name }, entry);
      await journal.writeResult(serial, 'done', entry);
      if (job > 2) await journal.dropJob(name, 'over');
    }

    expect(count('jobs')).toBeLessThan(560);
    expect(count('journal')).toBeLessThan(1_120);
    expect(await journal.openJobs()).toHaveLength(3);
    expect(await journal.intentsOf('j.0')).toMatchObject([{ result: 'done' }]);
  });

  test('that is no database is refused, never begun anew', () => {
    const file = aFile();
    writeFileSync(file, 'nonsense '.repeat(1_000));

    expect(openDatabase(file)).toMatchObject({
      kind: 'unusable',
      sentence: expect.stringMatching(
        /^The journal \S+ cannot be used, because it is damaged \(file is not a database\): look at the hosts/,
      ),
    });
  });
});

describe('the lock of a state directory', () => {
  test('is one process’s at a time', () => {
    const file = join(directory, 'lock.db');
    const first = takeInstanceLock(file);

    if (first.kind !== 'taken') throw new Error(first.kind);
    expect(takeInstanceLock(file)).toEqual({ kind: 'held' });
    first.lock.release();
    const next = takeInstanceLock(file);
    if (next.kind !== 'taken') throw new Error(next.kind);
    next.lock.release();
  });

  test('is not said to be another agent’s where its file cannot be used', () => {
    const file = join(directory, 'no-lock.db');
    writeFileSync(file, 'nonsense '.repeat(1_000));

    expect(takeInstanceLock(file)).toEqual({
      kind: 'failed',
      sentence: expect.stringMatching(/^The lock \S+no-lock\.db cannot be used, .*damaged/),
    });
  });
});
