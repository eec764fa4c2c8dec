import { describe, expect, test } from '@jest/globals';
import { moveOf } from '#core/jira-moves';
import { personRowBetween, retriedBy } from '#core/open-rows';
import { evolve } from '#core/evolve';
import type { Release } from '#core/release';
import type { ReleaseEvent } from '#core/release-event';
import { sentencesOf } from '#core/refusal';
import { decide } from '#core/decide';
import { STATUS_ORDER, STATUSES, statusName, statusNamed } from '#core/status';
import type { Status } from '#core/status';
import {
  MACHINE_TRANSITIONS,
  PERSON_TRANSITIONS,
  TRANSITIONS,
  transitionOf,
} from '#core/transitions';
import type { PersonAction } from '#core/transitions';
import {
  aClick,
  afterCommands,
  aPerson,
  aPolicy,
  aRelease,
  aReview,
  DBA,
  eventsOf,
  LEADER,
  OPERATOR,
  refusalsOf,
  releaseIn,
  REPORTER,
  someFacts,
  TESTER,
} from '../support/builders';
import { aboutOf } from '../support/release-walk';

/** Somebody who may perform the row on the release that stands there. */
const PERFORMER: Record<PersonAction, string> = {
  submit: REPORTER,
  approve: LEADER,
  reject: LEADER,
  start: TESTER,
  'submit-sql': DBA,
  'confirm-config': OPERATOR,
  'report-config-failed': OPERATOR,
  'retry-sql': TESTER,
  'retry-config': TESTER,
  'retry-code': TESTER,
  'retry-verification': TESTER,
  'retry-rollback': LEADER,
  'roll-back': LEADER,
  promote: LEADER,
  complete: LEADER,
  iterate: REPORTER,
  abort: LEADER,
};

/** `Complete` is for the last environment, so there it is the only one. */
const factsFor = (action: PersonAction) =>
  action === 'complete'
    ? someFacts({
        policy: aPolicy({ environments: [{ id: 'SIT', approvals: [], starters: 'testers' }] }),
      })
    : someFacts();

/** The stage that has failed is the one that is retried; scripts are reviewed before they run. */
function standingIn(status: Status, action: PersonAction): Release {
  const release = releaseWith(status, factsFor(action));
  if (action === 'submit-sql') return afterCommands(release, [() => aReview('approved')]);
  const stage = retriedBy(action);
  if (stage === undefined || !release.failure) return release;
  return { ...release, failure: { ...release.failure, stage } };
}

/** No row leads into Grayscale yet: the state is set. */
const releaseWith = (status: Status, facts = someFacts()): Release =>
  status === 'grayscale'
    ? { ...releaseIn('code-executing', facts), status, run: null }
    : releaseIn(status, facts);

const personRows = PERSON_TRANSITIONS.map((row) => [row.action, row] as const);

describe('a row of the table for persons', () => {
  test.each(personRows)('%s is accepted from each of its statuses', (action, row) => {
    for (const status of row.from) {
      const release = standingIn(status, action);

      const decision = decide(
        release,
        aClick(action, PERFORMER[action], 'because'),
        factsFor(action),
      );

      const events = eventsOf(decision);
      const [first] = events;
      expect(first).toBeDefined();
      // By rule the release may go on at once; the row's own event leads to its target.
      const reached = events.slice(0, 1).reduce(evolve, release).status;
      expect([action, status, reached]).toEqual([action, status, row.to]);
    }
  });

  test.each(personRows)('%s is refused from every other status, in a sentence', (action, row) => {
    for (const status of STATUS_ORDER.filter((candidate) => !row.from.includes(candidate))) {
      const release = releaseWith(status);

      const decision = decide(release, aClick(action, PERFORMER[action], 'because'), someFacts());

      expect(refusalsOf(decision)).toEqual(['not-in-status']);
      const sentence = decision.kind === 'refused' ? sentencesOf(decision.refusals) : '';
      expect(sentence).toContain(row.name);
      expect(sentence).toContain(statusName(status));
    }
  });

  test('is the only one between two statuses, so that a move in Jira names its click', () => {
    for (const from of STATUS_ORDER) {
      for (const to of STATUS_ORDER) {
        const rows = PERSON_TRANSITIONS.filter((row) => row.from.includes(from) && row.to === to);
        if (`${from} ${to}` === 'fix-pending rolling-back') continue;
        expect(rows.length).toBeLessThanOrEqual(1);
        if (from !== to) expect(personRowBetween(from, to, aRelease())).toBe(rows[0]);
      }
    }
  });

  test.each([
    ['CODE', 'roll-back'],
    ['ROLLBACK', 'retry-rollback'],
  ] as const)('is, after %s failed, of the two ways back only %s', (stage, action) => {
    const failure = { class: 'health', sentence: 'web1 is silent.', stage } as const;
    const release = { ...releaseIn('fix-pending'), failure };

    expect(personRowBetween('fix-pending', 'rolling-back', release)?.action).toBe(action);
  });

  test('that leaves the issue where it is, is never read out of a move', () => {
    expect(personRowBetween('awaiting-approval', 'awaiting-approval', aRelease())).toBeUndefined();
  });
});

describe('a row of the table for the machine', () => {
  const FAILURE = { class: 'health', sentence: 'web1 is silent.' } as const;
  const digest = 'a'.repeat(64);
  const EVENTS: Record<string, ReleaseEvent> = {
    approved: { type: 'approvals-met' },
    'content-changed': { type: 'approvals-stale' },
    'script-rejected': { type: 'script-rejected', script: 'a', reason: 'It locks the table.' },
    'no-sql': { type: 'no-sql' },
    'sql-succeeded': { type: 'sql-succeeded', job: 'j' },
    'sql-failed': { type: 'sql-failed', job: 'j', failure: FAILURE },
    'no-config': { type: 'no-config' },
    'config-applied': { type: 'config-applied', job: 'j' },
    'config-failed': { type: 'config-failed', job: 'j', failure: FAILURE },
    'no-code': { type: 'no-code' },
    'code-succeeded': { type: 'code-succeeded', job: 'j' },
    'code-failed': { type: 'code-failed', job: 'j', failure: FAILURE },
    verified: { type: 'verified', job: 'j', productDigest: digest, at: 1 },
    'not-verified': { type: 'not-verified', job: 'j', failure: FAILURE },
    'rolled-back': { type: 'rolled-back', job: 'j' },
    'rollback-failed': { type: 'rollback-failed', job: 'j', failure: FAILURE },
  };

  test.each(MACHINE_TRANSITIONS.map((row) => [row.action, row] as const))(
    '%s happens by an event that leads to the same status in Jira and in the store',
    (action, row) => {
      const event = EVENTS[action];
      if (!event) throw new Error(`No event is known for ${action}.`);
      const from = row.from[0] ?? 'draft';
      const before = { ...releaseIn('code-executing'), status: from };

      expect(moveOf(event)).toEqual({ action, to: row.to });
      expect(evolve(before, event).status).toBe(row.to);
    },
  );

  test.each(MACHINE_TRANSITIONS.map((row) => [row.action]))(
    '%s is no click that anybody could make',
    (action) => {
      expect(PERSON_TRANSITIONS.map((row): string => row.action)).not.toContain(action);
      expect(transitionOf(action).by).toBe('app');
    },
  );
});

describe('the table as a whole', () => {
  const reachable = STATUS_ORDER.filter(
    (status) => status === 'draft' || TRANSITIONS.some((row) => row.to === status),
  );
  const open = reachable.filter((status) => STATUSES[status].category !== 'DONE');

  test.each(open.map((status) => [status]))(
    '%s has an exit that a person can take, or the answer to the question that it waits with',
    (status) => {
      const byClick = PERSON_TRANSITIONS.some(
        (row) => row.from.includes(status) && row.to !== status,
      );
      const byAnswer = releaseIn(status).run !== null && answersLeadOut(status);

      expect([status, byClick || byAnswer]).toEqual([status, true]);
    },
  );

  test('passes SQL and configuration within one commit where there is neither', () => {
    const events = eventsOf(decide(releaseIn('ready'), aClick('start', TESTER), someFacts()));

    expect(events.map(({ type }) => type)).toEqual([
      'started',
      'no-sql',
      'no-config',
      'stage-offered',
    ]);
  });

  test('leaves Done statuses only by the rows that say so', () => {
    const exits = PERSON_TRANSITIONS.filter((row) =>
      row.from.some((status) => STATUSES[status].category === 'DONE'),
    );

    expect(exits.map(({ action }) => action)).toEqual(['roll-back', 'iterate']);
  });

  test('names every status once in each language, and finds it by either name', () => {
    const names = STATUS_ORDER.flatMap((status) => [STATUSES[status].en, STATUSES[status].zh]);

    expect(new Set(names).size).toBe(names.length);
    for (const status of STATUS_ORDER) {
      expect(statusNamed(STATUSES[status].en)).toBe(status);
      expect(statusNamed(STATUSES[status].zh)).toBe(status);
    }
    expect(statusNamed('Done')).toBeUndefined();
    expect([...STATUS_ORDER].sort()).toEqual(Object.keys(STATUSES).sort());
  });
});

/** Each of the three answers, given by somebody who may, takes the release out of a stage whose outcome nobody knows. */
function answersLeadOut(status: Status): boolean {
  const release = { ...releaseIn(status), question: 'Is it done?' };
  return (['done', 'not-done'] as const).every((answer) => {
    const person = aPerson(LEADER, { mayEdit: false });
    const command = { type: 'answer', person, answer, about: aboutOf(release), job: null } as const;
    const after = eventsOf(decide(release, command, someFacts())).reduce(evolve, release);
    return after.status !== status && after.question === null;
  });
}

test('a release that nobody has submitted has no environment and no plan', () => {
  expect(aRelease()).toMatchObject({ status: 'draft', environment: null, planDigest: null });
});
