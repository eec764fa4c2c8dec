import { describe, expect, test } from '@jest/globals';
import { STATUS_ORDER } from '#core/status';
import { movesOf, shutBecause } from '../../static/release-panel/src/moves';
import { CODE, DEPLOYED, DRAFT, FAILED, READY, REVIEW } from './support/releases';
import type { ReleaseShown } from './support/releases';

const names = (view: ReleaseShown): readonly string[] => movesOf(view).map(({ row }) => row.name);

const offer = (...names: string[]) => ({
  offered: names.map((name, index) => ({ id: String(index), name, reasonField: null })),
});

/** The move of that name, which the release has. */
function moveNamed(view: ReleaseShown, name: string) {
  const move = movesOf(view).find(({ row }) => row.name === name);
  if (!move) throw new Error(`The release offers no ${name}.`);
  return move;
}

describe('the buttons of the Now card', () => {
  test.each(STATUS_ORDER)('are three at most, one of them primary at most, in %s', (status) => {
    const moves = movesOf({ ...READY, status });

    expect(moves.length).toBeLessThanOrEqual(3);
    expect(moves.filter(({ isPrimary }) => isPrimary).length).toBeLessThanOrEqual(1);
  });

  test('take up the stage that failed, and no other', () => {
    expect(names(FAILED)).toEqual(['Retry code', 'Roll back', 'Iterate']);
  });

  test('lead on to the next environment until there is none', () => {
    const last = DEPLOYED.environments.map((each) => ({ ...each, current: each.id === 'PROD' }));

    expect(names(DEPLOYED)[0]).toBe('Promote');
    expect(names({ ...DEPLOYED, environments: last })[0]).toBe('Complete');
  });

  test('are gone while the agent is at work', () => {
    expect(movesOf(CODE)).toEqual([]);
  });

  test('ask for the hand only where the agent’s part of the configuration is done', () => {
    const [change] = READY.config;
    if (!change) throw new Error('The fixture has a change.');
    const byHand = { ...change, id: 'config-2', byHand: true };
    const view: ReleaseShown = { ...READY, status: 'config-executing', config: [change, byHand] };
    const applied: ReleaseShown = { ...view, config: [{ ...change, state: 'done' }, byHand] };

    expect(names(view)).toEqual([]);
    expect(names(applied)).toEqual(['Confirm config', 'Report config failed']);
  });

  test('never make a way out the primary one', () => {
    const released = movesOf({ ...DEPLOYED, status: 'released' });

    expect(released.map(({ row, isPrimary }) => [row.name, isPrimary])).toEqual([
      ['Roll back', false],
    ]);
  });
});

describe('a button that is shut', () => {
  test('says to whom the act is reserved when Jira does not offer it', () => {
    expect(shutBecause(moveNamed(READY, 'Start'), READY, offer('Abort'))).toMatch(
      /^Start is reserved in UAT to the leaders of its sites/,
    );
  });

  test('says that Jira is still on its way, while the issue stands elsewhere', () => {
    const late = { ...offer('Abort'), standing: 'Awaiting approval' };
    expect(shutBecause(moveNamed(READY, 'Start'), READY, late)).toBe(
      'Interlock is still moving this issue to Ready; wait until it stands there.',
    );
    expect(shutBecause(moveNamed(READY, 'Start'), READY, { ...late, standing: 'Ready' })).toMatch(
      /^Start is reserved/,
    );
  });

  test('waits until what the person writes is saved, where it would bind what is stored', () => {
    const writing = { ...offer('Start', 'Abort'), isWriting: true };
    expect(shutBecause(moveNamed(READY, 'Start'), READY, writing)).toBe(
      'Start opens when what you changed under Content is saved or discarded.',
    );
    expect(shutBecause(moveNamed(READY, 'Abort'), READY, writing)).toBeUndefined();
  });

  test('is open when Jira offers the transition', () => {
    expect(shutBecause(moveNamed(READY, 'Start'), READY, offer('Start'))).toBeUndefined();
  });

  test('names the scripts that wait for a DBA, whatever Jira offers', () => {
    expect(shutBecause(moveNamed(REVIEW, 'Submit SQL'), REVIEW, offer('Submit SQL'))).toBe(
      'Submit SQL opens when a DBA has approved 02_backfill_scope.sql.',
    );
  });

  test('asks for content before a release without any is submitted', () => {
    expect(shutBecause(moveNamed(DRAFT, 'Submit'), DRAFT, offer('Submit'))).toBe(
      'Submit opens when the release has content.',
    );
  });
});
