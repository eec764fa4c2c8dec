import { beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createTables, inTransaction, unwritableJournal } from '../../agent/journal-database';
import { scratch } from './support/scratch';

const directory = scratch();

describe('a journal whose disk is full', () => {
  let database: DatabaseSync;
  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    createTables(database);
  });
  const limitTo = (pages: number): void =>
    database.exec(`PRAGMA max_page_count = ${String(pages)}`);

  test('says so with its place and the remedy, and takes words again once there is room', () => {
    limitTo(1);
    expect(unwritableJournal(database, '/var/lib/interlock-agent')).toMatch(
      /^The journal in \/var\/lib\/interlock-agent cannot be written \(.*disk is full\), so this agent begins no work: make room there, then it goes on by itself\.$/,
    );

    limitTo(10_000);
    expect(unwritableJournal(database, '/var/lib/interlock-agent')).toBeUndefined();
  });

  test('is not told from a damaged one by the same remedy', () => {
    const file = join(directory, 'journal.db');
    const whole = new DatabaseSync(file);
    createTables(whole);
    whole.close();
    const bytes = readFileSync(file);
    writeFileSync(file, Buffer.concat([bytes.subarray(0, 4_096), Buffer.alloc(bytes.length, 255)]));
    const damaged = new DatabaseSync(file);

    expect(unwritableJournal(damaged, '/var/lib/interlock-agent')).toMatch(
      /^The journal in \/var\/lib\/interlock-agent cannot be used, because it is damaged \(.*malformed\): look at the hosts/,
    );
    damaged.close();
  });

  test('names the full disk as the reason, not the rollback that SQLite has done already', () => {
    limitTo(1);
    const fill = () => database.exec(`INSERT INTO room (only, space) VALUES (1, zeroblob(100000))`);
    expect(() => inTransaction(database, fill)).toThrow('database or disk is full');
    expect(database.isTransaction).toBe(false);
  });
});
