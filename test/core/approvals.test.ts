import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { approvalProgress, isImplementer, openStep } from '#core/approvals';
import { decide } from '#core/decide';
import type { Facts } from '#core/facts';
import type { ApprovalStep, Policy } from '#core/policy';
import { evolve } from '#core/evolve';
import type { Release } from '#core/release';
import {
  aClick,
  aContent,
  aPerson,
  aPolicy,
  aPolicyOf,
  aRelease,
  BACKUP,
  eventsOf,
  LEADER,
  OWNER,
  PACKAGE_DIGEST,
  refusalsOf,
  REPORTER,
  someFacts,
} from '../support/builders';

const LEADERS: ApprovalStep = { label: 'Leader', count: 1, from: { kind: 'leaders' } };
const QA: ApprovalStep = { label: 'QA', count: 2, from: { kind: 'group', groupId: 'qa' } };
const OWNERS: ApprovalStep = {
  label: 'Owner',
  count: 1,
  from: { kind: 'accounts', accountIds: [OWNER, LEADER] },
};

/** A release that awaits these approvals in STAGE. */
function awaiting(steps: readonly ApprovalStep[]): { release: Release; facts: Facts } {
  const facts = someFacts({ policy: aPolicyOf(steps) });
  const events = eventsOf(decide(aRelease(), aClick('submit', REPORTER), facts));
  return { release: events.reduce(evolve, aRelease()), facts };
}

const approveAs = (
  release: Release,
  facts: Facts,
  accountId: string,
  groupIds: readonly string[] = [],
) =>
  decide(
    release,
    { type: 'click', action: 'approve', person: aPerson(accountId, { groupIds }), reason: null },
    facts,
  );

/** The release after these people have approved; who is refused changes nothing. */
const approvedBy = (release: Release, facts: Facts, ...people: readonly string[]): Release =>
  people.reduce((state, accountId) => {
    const decision = approveAs(state, facts, accountId, ['qa']);
    return decision.kind === 'accepted' ? decision.events.reduce(evolve, state) : state;
  }, release);

describe('the approvals of a release', () => {
  test('are given in their order: the second step waits for the first', () => {
    const { release, facts } = awaiting([LEADERS, QA]);

    expect(refusalsOf(approveAs(release, facts, 'acc-qa1', ['qa']))).toEqual(['person-may-not']);

    const next = approvedBy(release, facts, LEADER);
    expect(openStep(next, facts.policy)?.step.label).toBe('QA');
    expect(refusalsOf(approveAs(next, facts, 'acc-qa1', ['qa']))).toEqual([]);
  });

  test('open Ready by the last one, and not by one less', () => {
    const { release, facts } = awaiting([LEADERS, QA]);

    expect(approvedBy(release, facts, LEADER, 'acc-qa1').status).toBe('awaiting-approval');
    expect(approvedBy(release, facts, LEADER, 'acc-qa1', 'acc-qa2').status).toBe('ready');
  });

  test('count one person once, however often they approve', () => {
    const { release, facts } = awaiting([QA]);
    const once = approvedBy(release, facts, 'acc-qa1');

    expect(refusalsOf(approveAs(once, facts, 'acc-qa1', ['qa']))).toEqual(['approved-already']);
    expect(approvedBy(once, facts, 'acc-qa1', 'acc-qa1').status).toBe('awaiting-approval');
  });

  test('count one person for one step only, and keep what was given before', () => {
    const { release, facts } = awaiting([LEADERS, OWNERS]);
    const first = approvedBy(release, facts, LEADER);

    expect(refusalsOf(approveAs(first, facts, LEADER))).toEqual(['approved-already']);
    const both = approvedBy(first, facts, LEADER, OWNER);
    expect(both.status).toBe('ready');
    expect(approvalProgress(both, facts.policy).map(({ have }) => have)).toEqual([1, 1]);
  });

  test('are not given by whoever reported the release', () => {
    const { release, facts } = awaiting([LEADERS]);
    const own = { ...release, reporter: LEADER };

    expect(refusalsOf(approveAs(own, facts, LEADER))).toEqual(['implementer']);
    expect(refusalsOf(approveAs(own, facts, BACKUP))).toEqual([]);
  });

  test('are not given by whoever changed its content', () => {
    const { release, facts } = awaiting([LEADERS]);
    const edited = { ...release, editors: [LEADER] };

    expect(isImplementer(edited, LEADER)).toBe(true);
    expect(refusalsOf(approveAs(edited, facts, LEADER))).toEqual(['implementer']);
  });

  test('no longer count when the approver changes the content afterwards', () => {
    const { release, facts } = awaiting([LEADERS, OWNERS]);
    const approved = approvedBy(release, facts, LEADER);
    // The kind is not part of the plan, so the digest stays.
    const content = aContent({ kind: 'Major' });
    const edit = { type: 'edit-content', person: aPerson(LEADER), content } as const;

    const edited = eventsOf(decide(approved, edit, facts)).reduce(evolve, approved);

    expect(edited.planDigest).toBe(approved.planDigest);
    expect(openStep(edited, facts.policy)?.step.label).toBe('Leader');
  });

  test('of another plan do not count', () => {
    const { release, facts } = awaiting([LEADERS, OWNERS]);
    const approved = approvedBy(release, facts, LEADER);
    const content = aContent({
      code: [{ site: 'shop', version: '1.0.1', artifactSha256: PACKAGE_DIGEST }],
    });
    const edit = { type: 'edit-content', person: aPerson(REPORTER), content } as const;

    const edited = eventsOf(decide(approved, edit, facts)).reduce(evolve, approved);

    expect(approvalProgress(edited, facts.policy).map(({ have }) => have)).toEqual([0, 0]);
    expect(refusalsOf(approveAs(edited, facts, LEADER))).toEqual([]);
  });

  test('are met by nobody in an environment that the policy has lost', () => {
    const { release, facts } = awaiting([LEADERS]);
    const lost: Facts = { ...facts, policy: aPolicy({ environments: [] }) };

    for (const person of [LEADER, BACKUP, OWNER]) {
      expect(refusalsOf(approveAs(release, lost, person))).toEqual(['environment-removed']);
    }
    expect(refusalsOf(decide(release, aClick('approve', null), lost))).toEqual([
      'environment-removed',
    ]);
    const rechecked = decide(release, { type: 'recheck' }, lost);
    expect(eventsOf(rechecked).map(({ type }) => type)).not.toContain('approvals-met');
  });

  test('may be refused by an approver only, and then everything starts anew', () => {
    const { release, facts } = awaiting([LEADERS]);

    expect(refusalsOf(decide(release, aClick('reject', OWNER, 'no'), facts))).toEqual([
      'person-may-not',
    ]);
    const rejected = eventsOf(decide(release, aClick('reject', LEADER, 'no'), facts));
    expect(rejected.reduce(evolve, release)).toMatchObject({
      status: 'draft',
      approvals: [],
      planDigest: null,
    });
  });

  test('lead to Ready exactly if each step has its number of different people who are no implementers', () => {
    const people = [LEADER, BACKUP, OWNER, REPORTER, 'acc-qa1', 'acc-qa2', 'acc-qa3'];
    const steps = fc.subarray([LEADERS, QA, OWNERS], { minLength: 1 });
    const clicks = fc.array(fc.constantFrom(...people), { maxLength: 12 });

    fc.assert(
      fc.property(steps, clicks, (chosen, order) => {
        const { release, facts } = awaiting(chosen);
        const after = approvedBy(release, facts, ...order);

        expect(after.status).toBe(isMetBy(chosen, order) ? 'ready' : 'awaiting-approval');
        const signers = after.approvals.map(({ accountId }) => accountId);
        expect(new Set(signers).size).toBe(signers.length);
        expect(signers).not.toContain(REPORTER);
      }),
    );
  });
});

/** The rule once more, in the plainest words: each click fills the first open step that it may fill. */
function isMetBy(steps: readonly ApprovalStep[], clicks: readonly string[]): boolean {
  const mayFill: Record<string, readonly string[]> = {
    Leader: [LEADER, BACKUP],
    Owner: [OWNER, LEADER],
  };
  const used = new Set<string>();
  let open = 0;
  let have = 0;
  for (const person of clicks) {
    const step = steps[open];
    if (!step || used.has(person) || person === REPORTER) continue;
    const allowed = mayFill[step.label];
    // Everybody in this test is in the group.
    if (allowed && !allowed.includes(person)) continue;
    used.add(person);
    have += 1;
    if (have === step.count) {
      open += 1;
      have = 0;
    }
  }
  return open === steps.length;
}

test('a policy without approvals makes a release ready at once', () => {
  const policy: Policy = aPolicy();
  const release = aRelease();

  const events = eventsOf(decide(release, aClick('submit', REPORTER), someFacts({ policy })));

  expect(events.map(({ type }) => type)).toEqual(['submitted', 'approvals-met']);
});
