import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Command } from '#core/command';
import { decide } from '#core/decide';
import { commentOf, moveOf } from '#core/jira-moves';
import { nowSentence } from '#core/now';
import { evolve, replay } from '#core/evolve';
import { eventText } from '#core/story';
import { executedMark } from '#core/plan';
import { reviewMark, scriptsToRun } from '#core/scripts';
import { STATUSES } from '#core/status';
import { PERSON_TRANSITIONS, TRANSITIONS } from '#core/transitions';
import { ReleaseEventSchema, ReleaseSchema } from '#wire/release';
import { aPerson, DBA, LEADER, OPERATOR, OWNER, REPORTER, TESTER } from '../support/builders';
import { aboutOf, factsFor, LEFT, walkAlong, walks } from '../support/release-walk';

const RUNS = { numRuns: 100 };

describe('any walk of a release', () => {
  test('is told by its events: replaying them gives the state, also after they were stored', () => {
    fc.assert(
      fc.property(walks, (steps) => {
        const { history, state } = walkAlong(steps);
        const stored = JSON.parse(JSON.stringify(history)) as unknown[];

        expect(replay(history)).toEqual(state);
        expect(replay(stored.map((event) => ReleaseEventSchema.parse(event)))).toEqual(state);
        expect(ReleaseSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
      }),
      RUNS,
    );
  });

  test('keeps to the table: each change of status is a row’s, and Jira’s move leads to the same', () => {
    fc.assert(
      fc.property(walks, (steps) => {
        walkAlong(steps, (event, { status }, after) => {
          const isRow = TRANSITIONS.some(
            ({ from, to }) => from.includes(status) && to === after.status,
          );
          const isLegal = status === after.status || isRow;

          expect([event.type, status, after.status, isLegal]).toEqual([
            event.type,
            status,
            after.status,
            true,
          ]);
          expect(moveOf(event)?.to ?? after.status).toBe(after.status);
        });
      }),
      RUNS,
    );
  });

  test('never starts in STAGE before two people approved this very plan who did not make it', () => {
    fc.assert(
      fc.property(walks, (steps) => {
        walkAlong(steps, (event, _, after) => {
          if (event.type !== 'started' || after.environment !== 'STAGE') return;
          const implementers = [after.reporter, ...after.editors];
          const independent = after.approvals
            .filter(({ planDigest }) => planDigest === after.planDigest)
            .map(({ accountId }) => accountId)
            .filter((person) => !implementers.includes(person));

          expect(new Set(independent).size).toBeGreaterThanOrEqual(2);
        });
      }),
      RUNS,
    );
  });

  test('has one job at a time, ends it once, and never uses an id again', () => {
    const ENDS = [
      ...['sql-succeeded', 'sql-failed', 'handwork-left', 'config-applied', 'config-failed'],
      ...['code-succeeded', 'code-failed', 'verified', 'not-verified'],
      ...['rolled-back', 'rollback-failed'],
    ];

    fc.assert(
      fc.property(walks, (steps) => {
        const { history } = walkAlong(steps);
        const offered = history.flatMap((event) =>
          event.type === 'stage-offered' ? [event.job] : [],
        );
        const ended = history.flatMap((event) =>
          ENDS.includes(event.type) && 'job' in event && event.job !== null ? [event.job] : [],
        );

        expect(new Set(offered).size).toBe(offered.length);
        expect(new Set(ended).size).toBe(ended.length);
        expect(ended.filter((job) => !offered.includes(job))).toEqual([]);
      }),
      RUNS,
    );
  });

  test('counts its starts without ever using a number again, so that no run is taken for another', () => {
    fc.assert(
      fc.property(walks, (steps) => {
        const attempts = walkAlong(steps).history.flatMap((event) =>
          event.type === 'started' ? [event.attempt] : [],
        );

        expect(attempts).toEqual(attempts.map((_, index) => index + 1));
      }),
      RUNS,
    );
  });

  test('runs no script that nobody independent approved as it stands', () => {
    fc.assert(
      fc.property(walks, (steps) => {
        walkAlong(steps, (event, before) => {
          if (event.type !== 'sql-submitted') return;
          for (const script of scriptsToRun(before)) {
            const approval = before.reviews.find(({ mark }) => mark === reviewMark(script));

            expect(approval).toMatchObject({ script: script.id, verdict: 'approved', by: DBA });
            expect([before.reporter, ...before.editors]).not.toContain(DBA);
          }
        });
      }),
      RUNS,
    );
  });

  test('runs no script twice in an environment, once it has succeeded there', () => {
    fc.assert(
      fc.property(walks, (steps) => {
        const run = new Set<string>();
        walkAlong(steps, (event, before) => {
          if (event.type !== 'sql-succeeded') return;
          for (const script of scriptsToRun(before)) {
            const what = `${before.environment ?? ''} ${executedMark(script)}`;
            expect(run).not.toContain(what);
            run.add(what);
          }
        });
      }),
      RUNS,
    );
  });

  test('holds for deployed only what nobody has begun to roll back', () => {
    fc.assert(
      fc.property(walks, (steps) => {
        walkAlong(steps, (event, _, { environment, deployments, status }) => {
          const isBack = event.type === 'rollback-started' || status === 'rolled-back';
          if (isBack) expect(Object.keys(deployments)).not.toContain(environment);
        });
      }),
      RUNS,
    );
  });

  test('has at every point an exit that a person can take, unless it is Done', () => {
    const PEOPLE = [REPORTER, LEADER, OWNER, TESTER, DBA, OPERATOR].map((by) => aPerson(by));

    fc.assert(
      fc.property(walks, (steps) => {
        const { state, facts } = walkAlong(steps);
        if (STATUSES[state.status].category === 'DONE') return;
        const clicks = PERSON_TRANSITIONS.map(({ action }) => action);
        const commands = PEOPLE.flatMap((person): readonly Command[] => [
          ...clicks.map(
            (action) => ({ type: 'click', action, person, reason: 'it must' }) as const,
          ),
          // Work that nobody asks about is answered for once its agent has left.
          { type: 'answer', person, answer: 'not-done', about: aboutOf(state), job: LEFT },
        ]);
        const isExit = (command: Command): boolean => {
          const decision = decide(state, command, factsFor(command, state, facts));
          const after =
            decision.kind === 'accepted' ? decision.events.reduce(evolve, state) : state;
          return after.status !== state.status;
        };

        expect([state.status, commands.some(isExit)]).toEqual([state.status, true]);
      }),
      { numRuns: 300 },
    );
  });

  test('can be told in words at any point', () => {
    fc.assert(
      fc.property(walks, (steps) => {
        const { history, state, facts } = walkAlong(steps);

        expect(nowSentence(state, facts)).toMatch(/[.?:]$/);
        const texts = history.flatMap((event) => [eventText(event), commentOf(event, state)?.text]);
        expect(texts.filter((text) => text?.match(/^$|undefined|null/))).toEqual([]);
      }),
      RUNS,
    );
  });

  test('is the same when the same happens again', () => {
    fc.assert(
      fc.property(walks, (steps) => {
        expect(walkAlong(steps)).toEqual(walkAlong(steps));
      }),
      { numRuns: 30 },
    );
  });
});

test('walks of this length do get everywhere', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(walks, (steps) => {
      for (const event of walkAlong(steps).history) seen.add(event.type);
    }),
    { numRuns: 600, seed: 20_261 },
  );

  expect([...seen]).toEqual(
    expect.arrayContaining([
      ...['script-reviewed', 'script-rejected', 'no-sql', 'sql-submitted', 'sql-succeeded'],
      ...['sql-failed', 'no-config', 'handwork-left', 'config-applied', 'config-confirmed'],
      ...['config-failed', 'config-reported-failed', 'no-code', 'rollback-started'],
      ...['rolled-back', 'rollback-failed', 'completed', 'aborted'],
      'verified',
      'code-failed',
      'not-verified',
      'outcome-unknown',
      'answered',
      'promoted',
      'approved',
      'rejected',
      'retried',
      'iterated',
      'plan-changed',
      'approvals-stale',
    ]),
  );
});
