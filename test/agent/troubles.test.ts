import { describe, expect, test } from '@jest/globals';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { keepTroubles, readTroubles } from '../../agent/troubles';
import { scratch } from './support/scratch';

const directory = scratch();
let files = 0;
const aFile = (): string => {
  files += 1;
  return join(directory, `troubles-${files}.json`);
};
const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 20, 14, minute));

describe('what troubles a running agent', () => {
  test('is read beside it, each with the moment since which it lasts, until it is over', () => {
    const file = aFile();
    let minute = 0;
    const troubles = keepTroubles(file, () => at(minute));
    expect(readTroubles(file)).toEqual([]);

    troubles.tell('refused', 'Refused.');
    minute = 5;
    troubles.tell('refused', 'Refused.');
    troubles.tell('clock', 'Minutes wrong.');
    minute = 9;
    troubles.tell('clock', 'Days wrong.');

    expect(readTroubles(file)).toEqual([
      { since: at(0).toISOString(), sentence: 'Refused.' },
      { since: at(5).toISOString(), sentence: 'Days wrong.' },
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    troubles.tell('refused', undefined);
    troubles.tell('clock', undefined);
    expect(readTroubles(file)).toEqual([]);
  });

  test('lasts over a start where the next life meets it again, and is gone where that knows better', () => {
    const file = aFile();
    keepTroubles(file, () => at(0)).tell('refused', 'Refused.');

    const second = keepTroubles(file, () => at(30));
    expect(readTroubles(file)).toEqual([]);
    second.tell('refused', 'Refused.');
    expect(readTroubles(file)).toEqual([{ since: at(0).toISOString(), sentence: 'Refused.' }]);

    const third = keepTroubles(file, () => at(40));
    third.tell('refused', undefined);
    third.tell('refused', 'Refused.');
    expect(readTroubles(file)).toEqual([{ since: at(40).toISOString(), sentence: 'Refused.' }]);
  });

  test('stops no agent whose disk takes nothing', () => {
    const troubles = keepTroubles(join(directory, 'nowhere/troubles.json'), () => at(0));

    expect(() => troubles.tell('clock', 'Wrong.')).not.toThrow();
  });
});
