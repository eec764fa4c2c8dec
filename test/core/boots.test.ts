import { describe, expect, test } from '@jest/globals';
import { afterBoot, judgeBoot } from '#core/boots';
import type { BootsSeen } from '#core/boots';

const SKEW = 300;
const seen: BootsSeen = { boot: 'second', formerBoots: [{ boot: 'first', until: 1_000 }] };
const judge = (boot: string, heard: number | undefined, signedAt = 1_000) =>
  judgeBoot(seen, { boot, heard, signedAt, skewSeconds: SKEW });

describe('the boot of an agent', () => {
  test('is new before anything was seen, and the same from then on', () => {
    const none = { boot: null, formerBoots: [] };
    const sign = { heard: 0, signedAt: 1_000, skewSeconds: SKEW };
    expect(judgeBoot(none, { boot: 'first', ...sign })).toBe('new');
    expect(judgeBoot(afterBoot(none, 'first', 1_000), { boot: 'first', ...sign })).toBe('same');
  });

  test('is a plain restart while the former one is silent', () => {
    expect(judge('second', 5_000)).toBe('same');
    expect(judge('third', 0)).toBe('new');
  });

  test.each([
    ['before any answer', 0],
    ['before its end', 990],
    ['at its end, from a machine whose clock is ahead', 1_005],
  ])('is late when a former one speaks that heard the app last %s', (_, heard) => {
    expect(judge('first', heard, 9_000)).toBe('late');
  });

  test('is a second life when a former one has heard the app after its successor was seen', () => {
    expect(judge('first', 1_006)).toBe('second-life');
  });

  test('of an agent of 0.1 tells by its signing time alone, with room for a wrong clock', () => {
    expect(judge('first', undefined, 1_300)).toBe('late');
    expect(judge('first', undefined, 1_301)).toBe('second-life');
  });

  test('is remembered for some starts', () => {
    let boots: BootsSeen = { boot: null, formerBoots: [] };
    for (let start = 1; start <= 9; start += 1) boots = afterBoot(boots, `boot${start}`, start);

    expect(boots.boot).toBe('boot9');
    expect(boots.formerBoots.map(({ boot, until }) => `${boot} ${until}`)).toEqual([
      'boot8 9',
      'boot7 8',
      'boot6 7',
      'boot5 6',
      'boot4 5',
    ]);
  });
});
