import { describe, expect, test } from '@jest/globals';
import { appendFileSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { followNewest, lineText, readOlder } from '../../agent/cli/log-lines';
import { keepLog, olderLog } from '../../agent/kept-log';
import { scratch } from './support/scratch';

const directory = scratch();
let logs = 0;
const aFile = (): string => {
  logs += 1;
  return join(directory, `agent-${logs}.log`);
};

const line = (msg: string, facts: object = {}): string =>
  `${JSON.stringify({ level: 30, time: '2026-11-20T14:00:00.000Z', ...facts, msg })}\n`;

describe('the log that an agent keeps', () => {
  test('holds the newest lines in two files, that its user alone reads', () => {
    const file = aFile();
    const keep = keepLog(file, 1_000);
    for (let index = 0; index < 100; index += 1) keep(line(`line ${index}`));

    const read = [...readOlder(file), ...followNewest(file)()].map(({ msg }) => msg);
    expect(read.at(-1)).toBe('line 99');
    expect(read.length).toBeGreaterThan(12);
    expect(read).toEqual(read.map((_, index) => `line ${100 - read.length + index}`));
    for (const each of [file, olderLog(file)]) {
      expect(statSync(each).size).toBeLessThan(1_100);
      expect(statSync(each).mode & 0o777).toBe(0o600);
    }
  });

  test('goes on in the file of an earlier life', () => {
    const file = aFile();
    keepLog(file)(line('one'));
    keepLog(file)(line('two'));

    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3);
  });

  test('stops no work when its disk is gone', () => {
    const keep = keepLog(join(directory, 'nowhere', 'agent.log'));

    expect(() => keep(line('lost'))).not.toThrow();
  });
});

describe('reading it', () => {
  test('brings each line once, over a change of the file', () => {
    const file = aFile();
    const keep = keepLog(file, 300);
    const next = followNewest(file);
    const seen: string[] = [];
    expect(next()).toEqual([]);
    for (let index = 0; index < 30; index += 1) {
      keep(line(`line ${index}`));
      seen.push(...next().map(({ msg }) => msg));
    }

    expect(seen).toEqual(Array.from({ length: 30 }, (_, index) => `line ${index}`));
  });

  test('passes over what a crash cut short, and waits for the rest of a line', () => {
    const file = aFile();
    appendFileSync(file, `{"level":30,"ti\n${line('whole')}{"level":30,"time":"now","m`);
    const next = followNewest(file);
    expect(next().map(({ msg }) => msg)).toEqual(['whole']);

    appendFileSync(file, 'sg":"rest"}\n');
    expect(next().map(({ msg }) => msg)).toEqual(['rest']);
    rmSync(file);
    expect(next()).toEqual([]);
  });

  test('shows a line as people read it, without what would move their cursor', () => {
    const file = aFile();
    keepLog(file)(line('red \u001b[31m\u202e', { job: '10001.8', fence: 1 }));

    expect(followNewest(file)().map(lineText)).toEqual([
      '2026-11-20T14:00:00.000Z info red   {"job":"10001.8","fence":1}',
    ]);
  });
});
