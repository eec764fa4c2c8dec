import { describe, expect, test } from '@jest/globals';
import { CALM, createKnobBoard, RUDE } from '../../local/faults';

describe('knobs', () => {
  test('are rude until they are turned', () => {
    const knobs = createKnobBoard().current();

    expect(knobs).toEqual(RUDE);
    expect(knobs.postFunctions).toEqual({ leastMs: 200, mostMs: 1_500, doubled: 0.05, lost: 0.01 });
    expect(knobs.productEvents).toEqual({
      leastMs: 1_000,
      mostMs: 10_000,
      doubled: 0.05,
      lost: 0.01,
    });
    expect(knobs.queue).toEqual({ leastMs: 50, mostMs: 500, doubled: 0.05 });
    expect(knobs.queries).toEqual({ staleMs: 2_000 });
  });

  test('become calm by one switch', () => {
    const board = createKnobBoard();
    board.turn({ preset: 'calm' });
    expect(board.current()).toEqual(CALM);
  });

  test('change one by one and keep the others', () => {
    const board = createKnobBoard();
    board.turn({ postFunctions: { lost: 1 } });
    expect(board.current().postFunctions).toEqual({ ...RUDE.postFunctions, lost: 1 });
    expect(board.current().queries).toEqual(RUDE.queries);
  });

  test.each([
    [{ postFunctions: { lost: 2 } }],
    [{ queue: { lost: 0.5 } }],
    [{ unheardOf: true }],
    ['calm'],
    [undefined],
  ])('are not turned by %j', (change) => {
    const board = createKnobBoard();
    expect(board.turn(change).kind).toBe('refused');
    expect(board.current()).toEqual(RUDE);
  });
});
