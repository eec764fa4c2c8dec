import { describe, expect, test } from '@jest/globals';
import type { Command } from '#core/command';
import { decide } from '#core/decide';
import { deploymentsOf } from '#core/deployments';
import { evolve } from '#core/evolve';
import { commentOf } from '#core/jira-moves';
import { nowSentence } from '#core/now';
import { sentencesOf } from '#core/refusal';
import type { Release } from '#core/release';
import type { Status } from '#core/status';
import {
  aClick,
  aConfigChange,
  aContent,
  afterCommands,
  aPerson,
  aPlan,
  aRelease,
  aReview,
  BACKUP,
  eventsOf,
  fail,
  LEADER,
  NOW,
  OPERATOR,
  refusalsOf,
  releaseIn,
  REPORTER,
  someFacts,
  succeed,
  TESTER,
} from '../support/builders';
import { aboutOf } from '../support/release-walk';

const rollBack = (by = LEADER, reason: string | null = 'orders fail') =>
  aClick('roll-back', by, reason);

const typesOf = (release: Release, command: Command) =>
  eventsOf(decide(release, command, someFacts())).map(({ type }) => type);

const rolling = releaseIn('rolling-back');
const failedBack = afterCommands(rolling, [fail]);

const rolledBack = (from: Status, way: Parameters<typeof afterCommands>[1]): Release =>
  afterCommands(releaseIn(from), [...way, () => rollBack(), succeed]);

describe('the way back', () => {
  test.each<readonly [Status]>([['fix-pending'], ['deployed'], ['released']])(
    'begins in %s, by a leader with a reason, as a job of its own',
    (status) => {
      const release = releaseIn(status);

      expect(typesOf(release, rollBack())).toEqual(['rollback-started', 'stage-offered']);
      expect(afterCommands(release, [() => rollBack()])).toMatchObject({
        status: 'rolling-back',
        run: { stage: 'ROLLBACK' },
        failure: null,
      });
      expect(refusalsOf(decide(release, rollBack(LEADER, ' '), someFacts()))).toEqual([
        'reason-missing',
      ]);
    },
  );

  test.each([
    [LEADER, []],
    [BACKUP, []],
    [TESTER, ['person-may-not']],
    [REPORTER, ['person-may-not']],
    [OPERATOR, ['person-may-not']],
  ])('is for leaders of the sites; %s: %j', (by, refusals) => {
    expect(refusalsOf(decide(releaseIn('deployed'), rollBack(by), someFacts()))).toEqual(refusals);
  });

  test('waits for a site that another release changes, and for an agent', () => {
    const facts = someFacts({
      agents: [],
      scopes: [{ scope: '10000:shop:SIT', holder: '99', holderKey: 'REL-9' }],
    });

    expect(refusalsOf(decide(releaseIn('deployed'), rollBack(), facts))).toEqual([
      'site-busy',
      'no-agent',
    ]);
  });

  test('is part of the plan that was approved: code first, then configuration', () => {
    const { steps } = aPlan({ content: aContent({ config: [aConfigChange()] }) });

    expect(steps.slice(-2).map(({ id }) => id)).toEqual(['rollback-1', 'restore-1']);
    expect(steps.find(({ stage }) => stage === 'ROLLBACK')).toMatchObject({
      version: '1.0.0',
      batches: [['web1'], ['web2']],
    });
  });

  test('ends in Rolled back, and the environment is deployed no more', () => {
    const deployed = releaseIn('deployed');
    expect(Object.keys(deployed.deployments)).toEqual(['SIT']);

    const back = afterCommands(deployed, [() => rollBack(), succeed]);
    expect(back).toMatchObject({ status: 'rolled-back', run: null, deployments: {} });
  });

  test('takes nothing from the environments before', () => {
    const released = releaseIn('released');
    const back = afterCommands(released, [() => rollBack(), succeed]);

    expect(Object.keys(released.deployments)).toEqual(['SIT', 'STAGE']);
    expect(Object.keys(back.deployments)).toEqual(['SIT']);
  });

  test('leaves its own entry in the history of each site [S0-21]', () => {
    const [event] = eventsOf(decide(rolling, succeed(rolling), someFacts()));
    if (!event) throw new Error('Nothing happened.');

    expect(deploymentsOf(event, evolve(rolling, event), NOW)).toMatchObject([
      { site: 'shop', environment: 'SIT', result: 'rolled-back', releaseVersion: '1.0.0' },
    ]);
  });

  test.each([
    ['without scripts', rolledBack('code-executing', [fail]), false],
    ['whose scripts have run', rolledBack('sql-executing', [succeed, fail]), true],
    ['whose scripts have failed in their midst', rolledBack('sql-executing', [fail]), true],
    [
      'whose script failed and was rejected then',
      rolledBack('sql-executing', [fail, () => aReview('rejected')]),
      true,
    ],
    ['whose script was rejected', rolledBack('sql-pending', [() => aReview('rejected')]), false],
  ])(
    'of a release %s says what SQL keeps only where it has changed something',
    (_name, release, isKept) => {
      const kept = isKept ? '; what SQL has changed is kept' : '';

      expect(release.status).toBe('rolled-back');
      expect(nowSentence(release, someFacts())).toBe(
        `Rolled back in SIT. Every host serves what it served before${kept}.`,
      );
    },
  );

  test('says what a person put there by hand and has to put back', () => {
    const config = [aConfigChange({ byHand: true, namespace: 'flags.json' })];
    const release = { ...rolling, content: aContent({ config }) };
    const [event] = eventsOf(decide(release, succeed(release), someFacts()));
    if (!event) throw new Error('Nothing happened.');

    const told = commentOf(event, evolve(release, event))?.text;
    expect(told).toBe(
      'Every host serves what it served before. Put back by hand what was applied by hand: namespace shop/flags.json in files.',
    );
    expect(nowSentence(evolve(release, event), someFacts())).toBe(`Rolled back in SIT. ${told}`);
  });
});

describe('a release that was rolled back', () => {
  test('is iterated into Draft, and starts again as the next attempt', () => {
    const again = afterCommands(releaseIn('rolled-back'), [
      () => aClick('iterate', REPORTER),
      () => aClick('submit', REPORTER),
      () => aClick('start', TESTER),
    ]);

    expect(again).toMatchObject({ status: 'code-executing', environment: 'SIT', attempt: 2 });
  });

  test('is neither promoted nor completed nor rolled back once more', () => {
    for (const action of ['promote', 'complete', 'roll-back'] as const) {
      const decision = decide(
        releaseIn('rolled-back'),
        aClick(action, LEADER, 'because'),
        someFacts(),
      );
      expect(refusalsOf(decision)).toEqual(['not-in-status']);
    }
  });
});

describe('a rollback that failed', () => {
  test('leads to Fix pending, where only Retry rollback takes it up', () => {
    expect(failedBack).toMatchObject({ status: 'fix-pending', failure: { stage: 'ROLLBACK' } });
    for (const action of ['retry-sql', 'retry-config', 'retry-code', 'retry-verification'] as const)
      expect(refusalsOf(decide(failedBack, aClick(action, TESTER), someFacts()))).toEqual([
        'other-stage-failed',
      ]);
    const decision = decide(failedBack, rollBack(), someFacts());
    expect(decision.kind === 'refused' && sentencesOf(decision.refusals)).toBe(
      'ROLLBACK failed (health), so only Retry rollback is possible.',
    );
    expect(typesOf(failedBack, aClick('retry-rollback', LEADER))).toEqual([
      'retried',
      'stage-offered',
    ]);
  });

  test('leaves the environment undeployed, because some host may have gone back', () => {
    const failed = afterCommands(releaseIn('deployed'), [() => rollBack(), fail]);

    expect(failed.deployments).toEqual({});
  });

  test('is retried into Rolled back', () => {
    const back = afterCommands(failedBack, [() => aClick('retry-rollback', LEADER), succeed]);

    expect(back).toMatchObject({ status: 'rolled-back', failure: null });
  });
});

test('a rollback whose outcome nobody knows asks, and each answer leads on', () => {
  const asked = { ...rolling, question: 'Does web1 serve 0.9.0?' };
  const answer = (word: 'done' | 'not-done' | 'retry') =>
    ({
      type: 'answer',
      person: aPerson(LEADER),
      answer: word,
      about: aboutOf(asked),
      job: null,
    }) as const;

  expect(typesOf(asked, answer('done'))).toEqual(['answered', 'rolled-back']);
  expect(typesOf(asked, answer('not-done'))).toEqual(['answered', 'rollback-failed']);
  expect(typesOf(asked, answer('retry'))).toEqual(['answered', 'stage-offered']);
});

test('a draft that was never started has nothing to roll back', () => {
  const decision = decide({ ...aRelease(), status: 'fix-pending' }, rollBack(), someFacts());

  expect(refusalsOf(decision)).toContain('nothing-to-roll-back');
});
