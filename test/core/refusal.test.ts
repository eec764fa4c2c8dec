import { describe, expect, test } from '@jest/globals';
import type { PlanProblem } from '#core/plan';
import { sentenceOf, sentencesOf } from '#core/refusal';
import type { Refusal } from '#core/refusal';
import { STATUSES, STATUS_ORDER } from '#core/status';
import { TRANSITIONS } from '#core/transitions';
import type { Who } from '#core/transitions';

const PROBLEMS: { readonly [Why in PlanProblem['why']]: Extract<PlanProblem, { why: Why }> } = {
  'site-unknown': { why: 'site-unknown', site: 'shop' },
  'site-not-in-environment': { why: 'site-not-in-environment', site: 'shop', environment: 'UAT' },
  'no-hosts': { why: 'no-hosts', site: 'shop', environment: 'UAT' },
  'nothing-to-do': { why: 'nothing-to-do' },
};

const SAMPLES: { readonly [Why in Refusal['why']]: Extract<Refusal, { why: Why }> } = {
  'not-in-status': { why: 'not-in-status', wanted: 'Start', status: 'fix-pending' },
  'still-moving': { why: 'still-moving', to: 'code-executing' },
  'person-may-not': {
    why: 'person-may-not',
    wanted: 'Start',
    who: 'starter',
    environment: 'PROD',
  },
  implementer: { why: 'implementer' },
  'implementer-reviews': { why: 'implementer-reviews' },
  'script-unknown': { why: 'script-unknown', script: 'add-column' },
  'scripts-unreviewed': { why: 'scripts-unreviewed', scripts: ['Add column', 'Fill column'] },
  'script-rejected': {
    why: 'script-rejected',
    script: 'Add column',
    reason: 'It locks the table.',
  },
  'handwork-not-due': { why: 'handwork-not-due' },
  'nothing-to-roll-back': { why: 'nothing-to-roll-back' },
  superseded: { why: 'superseded', what: 'site shop', environment: 'SIT', by: 'REL-9' },
  'approved-already': { why: 'approved-already', step: 'Leader' },
  'content-missing': { why: 'content-missing' },
  'plan-impossible': { why: 'plan-impossible', problem: PROBLEMS['no-hosts'] },
  'plan-changed': { why: 'plan-changed', environment: 'UAT' },
  'approvals-missing': { why: 'approvals-missing', step: 'QA', have: 1, need: 2 },
  'no-environment': { why: 'no-environment' },
  'environment-removed': { why: 'environment-removed', environment: 'UAT' },
  'site-busy': { why: 'site-busy', site: 'shop', environment: 'UAT', holder: 'REL-7' },
  'shared-busy': {
    why: 'shared-busy',
    what: 'database orders',
    environment: 'UAT',
    holder: 'REL-7',
  },
  'no-agent': { why: 'no-agent', environment: 'UAT', group: null },
  'rooms-unserved': {
    why: 'rooms-unserved',
    environment: 'PROD',
    group: 'finance',
    rooms: ['sh-b'],
    isTogether: false,
  },
  'groups-mixed': {
    why: 'groups-mixed',
    things: [
      { what: 'site ledger', group: 'finance' },
      { what: 'site shop', group: undefined },
    ],
  },
  'other-stage-failed': { why: 'other-stage-failed', failed: 'VERIFY', class: 'start-up' },
  'last-environment': { why: 'last-environment', environment: 'PROD' },
  'not-last-environment': { why: 'not-last-environment', environment: 'UAT', last: 'PROD' },
  'reason-missing': { why: 'reason-missing', wanted: 'Abort' },
  'not-a-release': { why: 'not-a-release' },
  'nothing-unknown': { why: 'nothing-unknown', status: 'ready' },
  'still-working': { why: 'still-working', job: '10001.7' },
  'answer-to-nothing': { why: 'answer-to-nothing' },
  'answer-to-other': { why: 'answer-to-other' },
  'never-begun': { why: 'never-begun', job: '10001.7' },
  'not-taken-up': { why: 'not-taken-up', job: '10001.7' },
  'agent-there': { why: 'agent-there', job: '10001.7' },
  'changed-after-click': { why: 'changed-after-click' },
  'earlier-click-open': { why: 'earlier-click-open', wanted: 'Approve', minutes: 12 },
  contended: { why: 'contended' },
  'changed-while-writing': { why: 'changed-while-writing' },
  'job-superseded': { why: 'job-superseded', job: '10001.7' },
};

const WHOS: Record<Who | 'dba', true> = {
  editor: true,
  approver: true,
  'any-approver': true,
  starter: true,
  leader: true,
  'leader-or-tester': true,
  'sql-runner': true,
  'config-applier': true,
  dba: true,
};

const all: readonly (readonly [string, Refusal])[] = [
  ...Object.entries(SAMPLES),
  ...Object.entries(PROBLEMS).map(
    ([why, problem]) => [why, { why: 'plan-impossible', problem } as const] as const,
  ),
  ...Object.keys(WHOS).map(
    (who) =>
      [`reserved to ${who}`, { ...SAMPLES['person-may-not'], who: who as Who | 'dba' }] as const,
  ),
];

/** Words that exist in the code only. */
const CODE_NAMES = [
  ...STATUS_ORDER.filter((status) => status.includes('-')),
  ...TRANSITIONS.map(({ action }) => action).filter((action) => action.includes('-')),
  ...Object.keys(SAMPLES).filter((why) => why.includes('-')),
  ...Object.keys(WHOS).filter((who) => who.includes('-')),
  'undefined',
  'null',
  '[object',
];

/** What a person is told to do, or who has to. */
const REMEDY =
  /; (ask|reload|wait|write|look|click|have|name|start|iterate|complete|promote|a project admin must|an approver must)|, so only Retry/;

describe('the sentence of a refusal', () => {
  test.each(all)('%s names what is refused and ends with what to do', (_, refusal) => {
    const sentence = sentenceOf(refusal);

    expect(sentence).toMatch(/^[A-Z“].*\.$/u);
    expect(sentence).toMatch(REMEDY);
    expect(sentence.match(/\. /g)).toBeNull();
    expect(sentence.length).toBeLessThanOrEqual(250);
  });

  test.each(all)('%s has no word of the code in it', (_, refusal) => {
    const sentence = sentenceOf(refusal);

    expect(CODE_NAMES.filter((name) => sentence.includes(name))).toEqual([]);
    expect(sentence).not.toMatch(/[a-z][A-Z]/);
  });

  test('names the thing and the place', () => {
    expect(sentenceOf(SAMPLES['site-busy'])).toBe(
      'The site shop is being changed in UAT by another release (REL-7); wait until that one is deployed, iterated or aborted.',
    );
    expect(sentenceOf(SAMPLES['person-may-not'])).toBe(
      'Start is reserved in PROD to the leaders of its sites, and to testers where the policy says so; ask one of them, or have the policy changed by a project admin.',
    );
    expect(sentenceOf(SAMPLES['approvals-missing'])).toContain('“QA” has 1 of 2');
    expect(sentenceOf(SAMPLES['other-stage-failed'])).toContain('only Retry verification');
  });

  test('calls a status as Jira does', () => {
    for (const status of STATUS_ORDER) {
      expect(sentenceOf({ ...SAMPLES['not-in-status'], status })).toContain(STATUSES[status].en);
      expect(sentenceOf({ why: 'still-moving', to: status })).toContain(STATUSES[status].en);
    }
  });

  test('stands beside those of all other blockers', () => {
    const both = sentencesOf([SAMPLES['no-agent'], SAMPLES['plan-changed']]);

    expect(both).toBe(`${sentenceOf(SAMPLES['no-agent'])} ${sentenceOf(SAMPLES['plan-changed'])}`);
  });
});
