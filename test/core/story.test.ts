import { describe, expect, test } from '@jest/globals';
import { commentOf, moveOf } from '#core/jira-moves';
import { nowSentence } from '#core/now';
import { evolve } from '#core/evolve';
import type { ReleaseEvent } from '#core/release-event';
import { STATUS_ORDER } from '#core/status';
import { eventActor, eventText } from '#core/story';
import {
  aContent,
  aPolicyOf,
  aRelease,
  aSite,
  BACKUP,
  CREATED,
  LEADER,
  PACKAGE_DIGEST,
  releaseIn,
  REPORTER,
  someFacts,
  TESTER,
} from '../support/builders';

const FAILURE = { class: 'health', sentence: 'Host web1 answered 500 for 60 s.' } as const;
const digest = PACKAGE_DIGEST;

type Named = { readonly [Type in ReleaseEvent['type']]: Extract<ReleaseEvent, { type: Type }> };

const EVENTS: Named = {
  created: { ...CREATED, type: 'created' } as Named['created'],
  'content-edited': { type: 'content-edited', by: 'ann', content: aContent() },
  submitted: { type: 'submitted', by: 'ann', environment: 'SIT', planDigest: digest },
  'plan-changed': { type: 'plan-changed', planDigest: digest },
  approved: { type: 'approved', by: 'ann', step: 'Leader', planDigest: digest },
  rejected: { type: 'rejected', by: 'ann', reason: 'The undo text is missing.' },
  'approvals-met': { type: 'approvals-met' },
  'approvals-stale': { type: 'approvals-stale' },
  started: {
    type: 'started',
    by: 'ann',
    attempt: 2,
    terms: { policyVersion: 1, approvals: [] },
  },
  'script-reviewed': {
    type: 'script-reviewed',
    script: 'add-column',
    mark: 'orders',
    by: 'dba',
    verdict: 'rejected',
    reason: 'It locks the table.',
  },
  'script-rejected': {
    type: 'script-rejected',
    script: 'add-column',
    reason: 'It locks the table.',
  },
  'no-sql': { type: 'no-sql' },
  'sql-submitted': { type: 'sql-submitted', by: 'ann' },
  'sql-succeeded': { type: 'sql-succeeded', job: '10001.5' },
  'sql-failed': { type: 'sql-failed', job: '10001.5', failure: FAILURE },
  'no-config': { type: 'no-config' },
  'handwork-left': { type: 'handwork-left', job: null },
  'config-applied': { type: 'config-applied', job: '10001.6' },
  'config-confirmed': { type: 'config-confirmed', by: 'ann' },
  'config-failed': { type: 'config-failed', job: '10001.6', failure: FAILURE },
  'config-reported-failed': {
    type: 'config-reported-failed',
    by: 'ann',
    reason: 'The centre refused the namespace.',
  },
  'no-code': { type: 'no-code' },
  'stage-offered': { type: 'stage-offered', stage: 'CODE', job: '10001.7' },
  'job-claimed': {
    type: 'job-claimed',
    job: '10001.7',
    agent: 'ag-2',
    name: 'sh-a-2',
    former: 'sh-a-1',
    fence: 4,
    lastFence: 5,
    times: 2,
    at: 1_795_176_000,
  },
  'outcome-unknown': {
    type: 'outcome-unknown',
    job: '10001.7',
    question: 'Does web1 serve 1.0.0?',
  },
  answered: { type: 'answered', by: 'ann', job: '10001.7', answer: 'not-done' },
  'code-succeeded': { type: 'code-succeeded', job: '10001.7' },
  'code-failed': { type: 'code-failed', job: '10001.7', failure: FAILURE },
  verified: { type: 'verified', job: '10001.8', productDigest: digest, at: 1 },
  'not-verified': { type: 'not-verified', job: '10001.8', failure: FAILURE },
  retried: { type: 'retried', by: 'ann', stage: 'CODE' },
  promoted: { type: 'promoted', by: 'ann', environment: 'STAGE', planDigest: digest },
  'rollback-started': {
    type: 'rollback-started',
    by: 'ann',
    reason: 'Orders fail.',
  },
  'rolled-back': { type: 'rolled-back', job: '10001.9' },
  'rollback-failed': { type: 'rollback-failed', job: '10001.9', failure: FAILURE },
  completed: { type: 'completed', by: 'ann' },
  iterated: { type: 'iterated', by: 'ann' },
  aborted: { type: 'aborted', by: 'ann', reason: 'Not needed.' },
  'issue-gone': { type: 'issue-gone' },
  'move-undone': { type: 'move-undone', by: null, from: 'Verifying', reason: 'It was dragged.' },
};

const rows = Object.values(EVENTS).map((event): [string, ReleaseEvent] => [event.type, event]);

describe('the story of a release', () => {
  test.each(rows)('says in words what %s was', (type, event) => {
    const text = eventText(event);

    expect(text).toMatch(/^[a-z]/);
    expect(text).not.toMatch(/undefined|null|\[object|not-done/);
    expect(type.includes('-') ? text.includes(type) : false).toBe(false);
  });

  test('tells each event in its own words', () => {
    const texts = rows.map(([, event]) => eventText(event));

    expect(new Set(texts).size).toBe(texts.length);
  });

  test('repeats what a person has written', () => {
    expect(eventText(EVENTS.rejected)).toContain('The undo text is missing.');
    expect(eventText(EVENTS.aborted)).toContain('Not needed.');
    expect(eventText(EVENTS['code-failed'])).toContain(FAILURE.sentence);
    expect(eventText(EVENTS['outcome-unknown'])).toContain('Does web1 serve 1.0.0?');
  });

  test.each(rows)('names who did %s, or nobody where Interlock acted by rule', (_, event) => {
    const actor = event.type === 'created' ? REPORTER : 'by' in event ? event.by : null;

    expect(eventActor(event)).toBe(actor);
  });
});

describe('the comment that an event leaves', () => {
  const COMMENTED = [
    'rejected',
    'script-rejected',
    'sql-failed',
    'config-failed',
    'config-reported-failed',
    'outcome-unknown',
    'code-failed',
    'verified',
    'not-verified',
    'rolled-back',
    'rollback-failed',
  ];

  test('is left by what people must know, and by nothing else', () => {
    const left = rows
      .filter(([, event]) => commentOf(event, releaseIn('deployed')) !== undefined)
      .map(([type]) => type);

    expect(left).toEqual([...COMMENTED, 'move-undone']);
  });

  test('of a failure names place and class, and says the sentence', () => {
    for (const event of [EVENTS['code-failed'], EVENTS['not-verified']]) {
      expect(commentOf(event, releaseIn('verifying'))).toEqual({
        tone: 'failure',
        label: 'FAILED in SIT (health)',
        text: FAILURE.sentence,
      });
    }
  });

  test('of a success names what is deployed where', () => {
    expect(commentOf(EVENTS.verified, releaseIn('deployed'))).toEqual({
      tone: 'success',
      label: 'Deployed in SIT',
      text: 'shop 1.0.0',
    });
  });

  test('goes with a move exactly where the machine moves the issue', () => {
    const moved = rows.filter(([, event]) => moveOf(event) !== undefined).map(([type]) => type);

    expect(moved).toEqual([
      'approvals-met',
      'approvals-stale',
      'script-rejected',
      'no-sql',
      'sql-succeeded',
      'sql-failed',
      'no-config',
      'config-applied',
      'config-failed',
      'no-code',
      'code-succeeded',
      'code-failed',
      'verified',
      'not-verified',
      'rolled-back',
      'rollback-failed',
    ]);
  });
});

describe('the sentence about now', () => {
  const world = someFacts();

  test.each(STATUS_ORDER.map((status) => [status]))('is one in %s', (status) => {
    const sentence = nowSentence({ ...releaseIn('fix-pending'), status }, world);

    expect(sentence).toMatch(/[.:]$/);
    expect(sentence).not.toMatch(/undefined|null|[a-z]-(pending|executing|approval)/);
  });

  test('asks the question wherever there is one', () => {
    const release = { ...releaseIn('code-executing'), question: 'Does web1 serve 1.0.0?' };

    expect(nowSentence(release, world)).toBe('Does web1 serve 1.0.0?');
  });

  test.each(['code-executing', 'verifying'] as const)(
    'says in %s when no agent is at work, since when, and what a person may do',
    (status) => {
      const release = { ...releaseIn('code-executing'), status };
      const since = 1_795_176_059;

      expect(nowSentence(release, world, { kind: 'abandoned', since })).toBe(
        'No agent has worked on this since 20 Nov 2026, 12:00 UTC; answer done, not done or retry, or start the agent.',
      );
      const unclaimed = { kind: 'unclaimed', since, isAlive: false, otherWork: null } as const;
      expect(nowSentence(release, world, { ...unclaimed, isLong: true })).toBe(
        'No agent of SIT has taken up the work since 20 Nov 2026, 12:00 UTC; start the agent, or answer retry or not done: nothing has begun.',
      );
      expect(nowSentence(release, world, { ...unclaimed, isLong: false })).toBe(
        'Waiting for an agent of SIT to take up the work.',
      );
    },
  );

  test('says what a draft waits for', () => {
    expect(nowSentence(aRelease({ content: null }), world)).toContain('Waiting for content');
    expect(nowSentence(aRelease(), world)).toBe('Ready to be submitted.');
  });

  test('says which approval is due', () => {
    const policy = aPolicyOf([{ label: 'Leader', count: 2, from: { kind: 'leaders' } }]);
    const release = {
      ...aRelease(),
      status: 'awaiting-approval' as const,
      environment: 'STAGE',
      planDigest: digest,
    };

    expect(nowSentence(release, { ...world, policy })).toBe(
      `Waiting for approval “Leader” for STAGE: 0 of 2. Approve: @[${LEADER}], @[${BACKUP}].`,
    );
    expect(nowSentence({ ...release, editors: [LEADER] }, { ...world, policy })).toBe(
      `Waiting for approval “Leader” for STAGE: 0 of 2. Approve: @[${BACKUP}].`,
    );
  });

  test('names no members of a group that has to approve', () => {
    const policy = aPolicyOf([{ label: 'QA', count: 1, from: { kind: 'group', groupId: 'qa' } }]);
    const release = {
      ...aRelease(),
      status: 'awaiting-approval' as const,
      environment: 'STAGE',
      planDigest: digest,
    };

    expect(nowSentence(release, { ...world, policy })).toBe(
      'Waiting for approval “QA” for STAGE: 0 of 1.',
    );
  });

  test('says who changes the site while nobody may start', () => {
    const scopes = [{ scope: '10000:shop:SIT', holder: '99', holderKey: 'REL-9' }];

    expect(nowSentence(releaseIn('ready'), { ...world, scopes })).toBe(
      'Ready, but SIT is not free. The site shop is being changed in SIT by another release (REL-9); wait until that one is deployed, iterated or aborted.',
    );
  });

  test('names who may start, each once', () => {
    const sites = [aSite(), aSite({ id: 'pay' })];

    expect(nowSentence(releaseIn('ready'), { ...world, sites })).toBe(
      `Ready to start in SIT. Start: @[${LEADER}], @[${BACKUP}], @[${TESTER}].`,
    );
  });

  test('offers the retry of the stage that has failed', () => {
    const codeFailed = releaseIn('fix-pending');
    const verifying = releaseIn('verifying');
    const notVerified = evolve(verifying, EVENTS['not-verified']);

    expect(nowSentence(codeFailed, world)).toContain('Retry code: @[');
    expect(nowSentence(notVerified, world)).toContain('Retry verification: @[');
    expect(nowSentence(notVerified, world)).toContain(
      'VERIFY failed (health): Host web1 answered 500 for 60 s.',
    );
  });
});
