import { describe, expect, test } from '@jest/globals';
import { DatabaseSync } from 'node:sqlite';
import { seededChance } from '../../local/chance';
import { heldClock } from '../../local/clock';
import { createDelivery, type Parcel, type Received } from '../../local/delivery';
import type { Rudeness } from '../../local/faults';

const GENTLE: Rudeness = { leastMs: 0, mostMs: 0, doubled: 0, lost: 0 };

function post(rudeness: Rudeness, database = new DatabaseSync(':memory:'), seed = 'post') {
  const clock = heldClock(0);
  const lines: string[] = [];
  const delivery = createDelivery({
    database,
    clock,
    chance: seededChance(seed),
    log: (line) => lines.push(line),
  });
  const arrived: { payload: unknown; atMs: number }[] = [];
  let receive = async (_parcel: Parcel): Promise<Received> => ({ kind: 'delivered' });
  delivery.open('mail', {
    rudeness: () => rudeness,
    receive: (parcel) => {
      arrived.push({ payload: parcel.payload, atMs: clock.now() });
      return receive(parcel);
    },
  });
  delivery.start();
  return {
    delivery,
    clock,
    arrived,
    lines,
    database,
    whenReceived: (answer: typeof receive) => (receive = answer),
    settled: () => new Promise((settle) => setImmediate(settle)),
  };
}

const letters = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('delivery', () => {
  test('hands a parcel over once when nothing is rude', async () => {
    const { delivery, clock, arrived, settled } = post(GENTLE);
    delivery.send('mail', 'a');
    clock.advance(0);
    await settled();

    expect(arrived).toEqual([{ payload: 'a', atMs: 0 }]);
    expect(delivery.counts()).toEqual({ waiting: 0, running: 0 });
  });

  test('is late within its bounds, and brings parcels out of order', async () => {
    const { delivery, clock, arrived } = post({ ...GENTLE, leastMs: 200, mostMs: 1_500 });
    for (const letter of letters(50)) delivery.send('mail', letter);

    clock.advance(199);
    expect(arrived).toEqual([]);
    clock.advance(1_301);

    expect(arrived).toHaveLength(50);
    expect(arrived.map(({ payload }) => payload)).not.toEqual(letters(50));
    expect(arrived.every(({ atMs }) => atMs >= 200 && atMs <= 1_500)).toBe(true);
  });

  test('doubles about as often as asked', async () => {
    const { delivery, clock, arrived, lines } = post({ ...GENTLE, doubled: 0.05 });
    for (const letter of letters(2_000)) delivery.send('mail', letter);
    clock.advance(0);

    const twice = arrived.length - 2_000;
    expect(twice).toBeGreaterThan(60);
    expect(twice).toBeLessThan(140);
    expect(lines.filter((line) => line.includes('delivered twice'))).toHaveLength(twice);
  });

  test('loses about as often as asked, and says so', async () => {
    const { delivery, clock, arrived, lines } = post({ ...GENTLE, lost: 0.01 });
    for (const letter of letters(5_000)) delivery.send('mail', letter);
    clock.advance(0);

    const lost = 5_000 - arrived.length;
    expect(lost).toBeGreaterThan(20);
    expect(lost).toBeLessThan(90);
    expect(lines.filter((line) => line.includes('was lost'))).toHaveLength(lost);
  });

  test('does the same again for the same seed', async () => {
    const rude = { leastMs: 0, mostMs: 900, doubled: 0.2, lost: 0.2 };
    const run = () => {
      const { delivery, clock, arrived } = post(rude);
      for (const letter of letters(100)) delivery.send('mail', letter);
      clock.advance(1_000);
      return arrived;
    };
    expect(run()).toEqual(run());
  });

  test('waits as long as the sender asked, on top of being late', async () => {
    const { delivery, clock, arrived } = post({ ...GENTLE, leastMs: 100, mostMs: 100 });
    delivery.send('mail', 'later', 5_000);
    clock.advance(10_000);
    expect(arrived).toEqual([{ payload: 'later', atMs: 5_100 }]);
  });

  test('brings a parcel again with what the receiver put in', async () => {
    const { delivery, clock, arrived, settled, whenReceived } = post(GENTLE);
    whenReceived(async ({ payload }) =>
      payload === 'first'
        ? { kind: 'again', afterMs: 2_000, payload: 'second' }
        : { kind: 'delivered' },
    );
    delivery.send('mail', 'first');
    clock.advance(0);
    await settled();
    clock.advance(2_000);
    await settled();

    expect(arrived).toEqual([
      { payload: 'first', atMs: 0 },
      { payload: 'second', atMs: 2_000 },
    ]);
    expect(delivery.counts().waiting).toBe(0);
  });

  test('delivers after a restart what was on the way and what was being received', async () => {
    const before = post(GENTLE);
    before.whenReceived(() => new Promise(() => undefined));
    before.delivery.send('mail', 'in the hands of the receiver');
    before.delivery.send('mail', 'still on the way', 60_000);
    before.clock.advance(0);
    expect(before.delivery.counts()).toEqual({ waiting: 1, running: 1 });
    before.delivery.stop();

    const after = post(GENTLE, before.database);
    after.clock.advance(60_000);
    await after.settled();

    expect(after.arrived.map(({ payload }) => payload)).toEqual([
      'in the hands of the receiver',
      'still on the way',
    ]);
    expect(after.delivery.counts()).toEqual({ waiting: 0, running: 0 });
  });
});
