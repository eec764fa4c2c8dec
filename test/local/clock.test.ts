import { describe, expect, test } from '@jest/globals';
import { heldClock, realClock } from '../../local/clock';

describe('held clock', () => {
  test('stands still until it is moved', () => {
    const clock = heldClock(1_000);
    const ran: string[] = [];
    clock.after(10, () => ran.push('task'));

    expect(clock.now()).toBe(1_000);
    expect(ran).toEqual([]);
  });

  test('runs tasks in order of time, each at its own time', () => {
    const clock = heldClock(0);
    const ran: [string, number][] = [];
    clock.after(30, () => ran.push(['late', clock.now()]));
    clock.after(10, () => ran.push(['early', clock.now()]));

    clock.advance(50);

    expect(ran).toEqual([
      ['early', 10],
      ['late', 30],
    ]);
    expect(clock.now()).toBe(50);
  });

  test('runs a task that a task asked for, if it falls due on the way', () => {
    const clock = heldClock(0);
    const ran: number[] = [];
    clock.after(10, () => clock.after(10, () => ran.push(clock.now())));

    clock.advance(20);

    expect(ran).toEqual([20]);
  });

  test('forgets a cancelled task', () => {
    const clock = heldClock(0);
    const ran: string[] = [];
    const cancel = clock.after(10, () => ran.push('task'));

    cancel();
    clock.advance(100);

    expect(ran).toEqual([]);
  });
});

describe('real clock', () => {
  test('is ahead of the machine by what was skipped', () => {
    const clock = realClock();
    clock.advance(60_000);
    expect(Math.abs(clock.aheadMs() - 60_000)).toBeLessThan(50);
    clock.stop();
  });

  test('runs a task when its time has come', async () => {
    const clock = realClock();
    await new Promise<void>((settle) => clock.after(5, settle));
    clock.stop();
  });

  test('runs a task at once when its time is skipped', () => {
    const clock = realClock();
    const ran: string[] = [];
    clock.after(3_600_000, () => ran.push('task'));

    clock.advance(3_600_000);

    expect(ran).toEqual(['task']);
    clock.stop();
  });
});
