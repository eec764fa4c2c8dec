import { describe, expect, test } from '@jest/globals';
import { afterBoot, judgeBoot, secondsUntilRoom } from '#core/boots';
import type { BootsSeen } from '#core/boots';

const SKEW = 300;
const seen: BootsSeen = {
  boot: 'second',
  bootSeenAt: 1_000,
  formerBoots: [{ boot: 'first', until: 1_000 }],
};
const judge = (boot: string, heard: number | undefined, signedAt = 1_000) =>
  judgeBoot(seen, { boot, heard, signedAt, skewSeconds: SKEW });

describe('the boot of an agent', () => {
  test('is new before anything was seen, and the same from then on', () => {
    const none = { boot: null, formerBoots: [] };
    const sign = { heard: 0, signedAt: 1_000, skewSeconds: SKEW };
    expect(judgeBoot(none, { boot: 'first', ...sign })).toBe('new');
    expect(
      judgeBoot(afterBoot(none, 'first', 1_000), {
        boot: 'first',
        ...sign,
      }),
    ).toBe('same');
  });

  test('is a plain restart while the former one is silent', () => {
    expect(judge('second', 5_000)).toBe('same');
    expect(judge('third', 1_006)).toBe('new');
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

  test.each([0, 999, 1_000, 1_005])(
    'is late, be it ever so new, as long as it has heard the app last at %d, before the other was seen for sure',
    (heard) => {
      expect(judge('third', heard)).toBe('late');
    },
  );

  test('is late also behind the very first that was seen', () => {
    const boots = afterBoot({ boot: null, formerBoots: [] }, 'first', 1_000);
    const sign = { boot: 'dead', signedAt: 1_001, skewSeconds: SKEW };

    expect(judgeBoot(boots, { ...sign, heard: 990 })).toBe('late');
    expect(judgeBoot(boots, { ...sign, heard: 1_006 })).toBe('new');
  });

  test('of an agent of 0.1 is new at once', () => {
    expect(judge('third', undefined)).toBe('new');
  });

  test.each([
    [undefined, 'same'],
    [1_505, 'same'],
    [1_506, 'second-life'],
  ] as const)(
    'that is known and has heard the app last at %d is, beside one that waits since 1500, %s',
    (heard, sighting) => {
      const crowded: BootsSeen = { ...seen, waitingBoot: { boot: 'third', since: 1_500 } };
      const sign = { boot: 'second', heard, signedAt: 1_500, skewSeconds: SKEW };

      expect(judgeBoot(crowded, sign)).toBe(sighting);
      const after = afterBoot(crowded, 'fourth', 1_600);
      expect(judgeBoot(after, { ...sign, boot: 'fourth', heard: 2_000 })).toBe('same');
    },
  );

  test('is not forgotten within a quarter of an hour, however many come after it', () => {
    let boots: BootsSeen = { boot: null, formerBoots: [] };
    let now = 1_000;
    while (secondsUntilRoom(boots, now) === 0) {
      boots = afterBoot(boots, `boot${String(now)}`, now);
      now += 1;
    }

    expect(boots.formerBoots).toHaveLength(40);
    expect(boots.formerBoots.at(-1)).toEqual({ boot: 'boot1000', until: 1_001 });
    expect(secondsUntilRoom(boots, 1_900)).toBe(1);
    expect(secondsUntilRoom(boots, 1_901)).toBe(0);
    const next = afterBoot(boots, 'next', 1_901);
    expect(next.formerBoots).toHaveLength(40);
    expect(next.formerBoots.at(-1)?.boot).toBe('boot1001');
  });
});
