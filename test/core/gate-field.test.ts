import { describe, expect, test } from '@jest/globals';
import { ANYBODY, GATE_VALID_SECONDS, gateValue } from '#core/gate-field';
import type { GateValue } from '#core/gate-field';
import type { RunStage } from '#core/plan-step';
import type { Release } from '#core/release';
import type { Site } from '#core/site';
import { STATUS_ORDER } from '#core/status';
import type { Status } from '#core/status';
import { PERSON_TRANSITIONS } from '#core/transitions';
import {
  aPolicy,
  aPolicyOf,
  aRelease,
  aSite,
  BACKUP,
  DBA,
  LEADER,
  NOW,
  OPERATOR,
  OWNER,
  releaseIn,
  REPORTER,
  someFacts,
  TESTER,
} from '../support/builders';

/** What Jira takes for an object field: we stay far below its 32,767. */
const GATE_MAX_BYTES = 8 * 1024;

const sizeOf = (gate: GateValue): number => Buffer.byteLength(JSON.stringify(gate));

describe('the gate field', () => {
  test('lists for each open action who may, and nothing for any other', () => {
    const { allow } = gateValue(releaseIn('ready'), [], someFacts());

    expect(allow).toEqual({
      start: [`u:${LEADER}`, `u:${BACKUP}`, `u:${TESTER}`],
      abort: [`u:${LEADER}`, `u:${BACKUP}`],
    });
  });

  test.each(STATUS_ORDER.map((status) => [status]))(
    'opens in %s what the table opens',
    (status) => {
      const { allow } = gateValue(
        { ...releaseIn('fix-pending'), status, failure: null, handworkLeft: true },
        [],
        someFacts(),
      );

      const open = PERSON_TRANSITIONS.filter((row) => row.from.includes(status));
      expect(Object.keys(allow)).toEqual(open.map(({ action }) => action));
    },
  );

  test('opens of the retries only the one of the stage that failed', () => {
    const fixing = releaseIn('fix-pending');
    const after = (stage: RunStage) =>
      Object.keys(
        gateValue(
          { ...fixing, failure: { stage, class: 'health', sentence: 'It is not.' } },
          [],
          someFacts(),
        ).allow,
      );

    expect(after('CODE')).toContain('retry-code');
    expect(after('CODE')).not.toContain('retry-verification');
    expect(after('VERIFY')).toContain('retry-verification');
    expect(after('VERIFY')).not.toContain('retry-code');
    expect(after('SQL')).toEqual(['retry-sql', 'roll-back', 'iterate', 'abort']);
    expect(after('CONFIG')).toEqual(['retry-config', 'roll-back', 'iterate', 'abort']);
    expect(after('ROLLBACK')).toEqual(['retry-rollback', 'iterate', 'abort']);
  });

  test('names who runs the scripts, and who applies configuration by hand only while there is some', () => {
    const allowIn = (status: Status, over: Partial<Release> = {}) =>
      gateValue({ ...releaseIn(status), ...over }, [], someFacts()).allow;

    expect(allowIn('sql-pending')['submit-sql']).toEqual([
      `u:${DBA}`,
      `u:${OPERATOR}`,
      `u:${TESTER}`,
    ]);
    expect(allowIn('config-executing')).toEqual({
      'confirm-config': [`u:${OPERATOR}`, `u:${LEADER}`, `u:${BACKUP}`],
      'report-config-failed': [`u:${OPERATOR}`, `u:${LEADER}`, `u:${BACKUP}`],
    });
    expect(allowIn('config-executing', { handworkLeft: false })).toEqual({});
    expect(allowIn('deployed')['roll-back']).toEqual([`u:${LEADER}`, `u:${BACKUP}`]);
  });

  test('names the approvers of the step that is due, but nobody who made the release or has approved', () => {
    const policy = aPolicyOf([
      { label: 'Leader', count: 2, from: { kind: 'leaders' } },
      { label: 'Owner', count: 1, from: { kind: 'accounts', accountIds: [OWNER] } },
    ]);
    const release = {
      ...aRelease(),
      status: 'awaiting-approval' as const,
      environment: 'STAGE',
      planDigest: 'p',
      approvals: [{ accountId: LEADER, step: 'Leader', planDigest: 'p' }],
    };

    const { allow } = gateValue(release, [], someFacts({ policy }));
    expect(allow['approve']).toEqual([`u:${BACKUP}`]);
    expect(allow['reject']).toEqual([`u:${LEADER}`, `u:${BACKUP}`, `u:${OWNER}`]);

    const own = { ...release, editors: [BACKUP] };
    expect(gateValue(own, [], someFacts({ policy })).allow['approve']).toEqual([]);
  });

  test('says anybody where a group approves, because nobody here knows its members', () => {
    const policy = aPolicyOf([{ label: 'QA', count: 1, from: { kind: 'group', groupId: 'qa' } }]);
    const release = {
      ...aRelease(),
      status: 'awaiting-approval' as const,
      environment: 'STAGE',
      planDigest: 'p',
    };

    expect(gateValue(release, [], someFacts({ policy })).allow['approve']).toEqual([ANYBODY]);
  });

  test('says anybody for what editors do, because Jira’s own permission decides', () => {
    expect(gateValue(aRelease(), [], someFacts()).allow['submit']).toEqual([ANYBODY]);
    expect(gateValue(aRelease(), [], someFacts()).allow['submit']).not.toContain(`u:${REPORTER}`);
  });

  test('lists nobody but the leaders, their backups and the testers of the policy', () => {
    for (const status of ['ready', 'deployed', 'fix-pending'] as const) {
      const { allow } = gateValue(releaseIn(status), [], someFacts());
      const listed = new Set(Object.values(allow).flat());
      const known = [LEADER, BACKUP, TESTER].map((accountId) => `u:${accountId}`);

      expect([...listed].filter((entry) => ![...known, ANYBODY].includes(entry))).toEqual([]);
    }
  });

  test('stays below 8 KB with 10,000 leaders, and then says anybody', () => {
    const sites = Array.from({ length: 5_000 }, (_, index) =>
      aSite({ id: `site${index}`, leader: `acc-leader-${index}`, backup: `acc-backup-${index}` }),
    );
    const gate = gateValue(releaseIn('ready'), [], { ...someFacts(), sites });

    expect(sizeOf(gate)).toBeLessThanOrEqual(GATE_MAX_BYTES);
    expect(gate.allow['start']).toEqual([ANYBODY]);
  });

  test('stays below 8 KB with the longest account ids and the most moves that can be due', () => {
    // Jira's account ids have at most 128 letters. Source: Jira's OpenAPI, v3, schema User.
    const longest = (count: number): readonly Site[] =>
      Array.from({ length: count }, (_, index) =>
        aSite({ id: `site${index}`, leader: `${index}`.padStart(128, 'x'), backup: LEADER }),
      );
    const due = Array.from({ length: 20 }, () => 'repair-awaiting-approval');

    for (const count of [1, 10, 19, 20, 40]) {
      const accounts = longest(count).map(({ leader }) => leader);
      const policy = aPolicy({ testers: [], dbas: accounts, operators: accounts });
      const world = { ...someFacts(), policy, sites: longest(count) };
      for (const status of STATUS_ORDER) {
        const release = { ...releaseIn('fix-pending'), status, handworkLeft: true };
        const size = sizeOf(gateValue(release, due, world));
        expect([status, size <= GATE_MAX_BYTES]).toEqual([status, true]);
      }
    }
  });

  test('tells the moves that are due, in their order, and until when it holds', () => {
    const gate = gateValue(releaseIn('code-executing'), ['no-sql', 'no-config'], someFacts());

    expect(gate).toMatchObject({ due: ['no-sql', 'no-config'], until: NOW + GATE_VALID_SECONDS });
  });
});
