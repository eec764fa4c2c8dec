import { describe, expect, test } from '@jest/globals';
import type { Content } from '#core/content';
import { decide } from '#core/decide';
import { evolve } from '#core/evolve';
import { commentOf, moveOf } from '#core/jira-moves';
import { nowSentence } from '#core/now';
import { isHostStep } from '#core/plan-step';
import type { Release } from '#core/release';
import {
  aClick,
  aConfigChange,
  aContent,
  afterCommands,
  aPlan,
  aPolicy,
  aRelease,
  aReview,
  aScript,
  DBA,
  eventsOf,
  LEADER,
  OPERATOR,
  OWNER,
  refusalsOf,
  REPORTER,
  someFacts,
  succeed,
  TESTER,
} from '../support/builders';

/** No site is named, so none is known. */
const facts = someFacts({ sites: [] });

const submit = () => aClick('submit', REPORTER);
const start = () => aClick('start', TESTER);
const runSql = [() => aReview('approved'), () => aClick('submit-sql', DBA)];

const SQL_ONLY = aContent({ sql: [aScript()], code: [] });
const CONFIG_ONLY = aContent({ config: [aConfigChange()], code: [] });

const startedWith = (content: Content): Release =>
  afterCommands(aRelease({ content }), [submit, start], facts);

describe('a release of SQL alone', () => {
  test('is part of what a release can carry, and goes through to Deployed without code [S4-68]', () => {
    const running = afterCommands(startedWith(SQL_ONLY), runSql, facts);
    const events = eventsOf(decide(running, succeed(running), facts));

    expect(events.map((event) => [event.type, moveOf(event)?.to])).toEqual([
      ['sql-succeeded', 'config-executing'],
      ['no-config', 'code-executing'],
      ['no-code', 'verifying'],
      ['verified', 'deployed'],
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'verified', job: null });
    expect(events.reduce(evolve, running)).toMatchObject({
      status: 'deployed',
      run: null,
      deployments: { SIT: { attempt: 1 } },
    });
  });

  test('has no step on any host', () => {
    const { steps } = aPlan({ content: SQL_ONLY, sites: [] });

    expect(steps.map(({ id }) => id)).toEqual(['sql-1']);
    expect(steps.filter(isHostStep)).toEqual([]);
  });

  test('has nothing that could be rolled back, and says so', () => {
    const deployed = afterCommands(startedWith(SQL_ONLY), [...runSql, succeed], facts);
    const decision = decide(deployed, aClick('roll-back', OPERATOR, 'orders fail'), facts);

    expect(refusalsOf(decision)).toEqual(['nothing-to-roll-back']);
  });
});

describe('a release of configuration alone', () => {
  test('goes through to Deployed once the agent has applied it', () => {
    const running = startedWith(CONFIG_ONLY);

    expect(running).toMatchObject({ status: 'config-executing', run: { stage: 'CONFIG' } });
    expect(afterCommands(running, [succeed], facts)).toMatchObject({
      status: 'deployed',
      run: null,
    });
  });

  const CENTRE_ONLY =
    'In the centre only: namespace shop/app.properties in files. Files on hosts change with the next version of shop; to change them now, add shop with the version that it runs.';

  test('says before the start, and when it is deployed, that no file on a host has changed', () => {
    const draft = aRelease({ content: CONFIG_ONLY });
    const running = startedWith(CONFIG_ONLY);
    const [deployed] = eventsOf(decide(running, succeed(running), facts)).slice(-1);
    const after = afterCommands(running, [succeed], facts);
    if (!deployed) throw new Error('Nothing happened.');

    expect(nowSentence(draft, facts)).toBe(`Ready to be submitted. ${CENTRE_ONLY}`);
    for (const status of ['awaiting-approval', 'ready'] as const) {
      const waiting = { ...draft, status, environment: 'SIT' };
      expect(nowSentence(waiting, facts)).toContain(CENTRE_ONLY);
    }
    expect(nowSentence(after, facts)).toBe(`Deployed in SIT. ${CENTRE_ONLY}`);
    expect(commentOf(deployed, after)?.text).toBe(`1 configuration change. ${CENTRE_ONLY}`);
  });

  test('says nothing of the kind where the site comes along, or a person applies it', () => {
    const along = aContent({ config: [aConfigChange()] });
    const byHand = aContent({ config: [aConfigChange({ byHand: true })], code: [] });

    for (const content of [along, byHand, SQL_ONLY]) {
      expect(nowSentence(aRelease({ content }), facts)).toBe('Ready to be submitted.');
    }
  });

  test('can be rolled back where an agent applied it, and not where a person did', () => {
    const rollBack = aClick('roll-back', OPERATOR, 'orders fail');
    const deployed = afterCommands(startedWith(CONFIG_ONLY), [succeed], facts);
    expect(eventsOf(decide(deployed, rollBack, facts)).map(({ type }) => type)).toEqual([
      'rollback-started',
      'stage-offered',
    ]);

    const byHand = aContent({ config: [aConfigChange({ byHand: true })], code: [] });
    const confirmed = afterCommands(
      startedWith(byHand),
      [() => aClick('confirm-config', OPERATOR)],
      facts,
    );
    expect(confirmed.status).toBe('deployed');
    expect(refusalsOf(decide(confirmed, rollBack, facts))).toEqual(['nothing-to-roll-back']);
  });

  test('has one step there and one back', () => {
    const { steps } = aPlan({ content: CONFIG_ONLY, sites: [] });

    expect(steps.map(({ id, stage }) => `${id} ${stage}`)).toEqual([
      'config-1 CONFIG',
      'restore-1 RESTORE',
    ]);
  });
});

describe('a release without site', () => {
  const promoted = afterCommands(
    startedWith(CONFIG_ONLY),
    [succeed, () => aClick('promote', OPERATOR)],
    facts,
  );

  test('is led by the operators of the policy', () => {
    expect(refusalsOf(decide(promoted, aClick('approve', LEADER), facts))).toEqual([
      'person-may-not',
    ]);
    const ready = afterCommands(
      promoted,
      [() => aClick('approve', OPERATOR), () => aClick('approve', OWNER)],
      facts,
    );
    expect(ready.status).toBe('ready');
    expect(refusalsOf(decide(ready, aClick('start', LEADER), facts))).toEqual(['person-may-not']);
    const deployed = afterCommands(ready, [() => aClick('start', OPERATOR), succeed], facts);
    expect(afterCommands(deployed, [() => aClick('complete', OPERATOR)], facts).status).toBe(
      'released',
    );
  });

  test('is given up by its reporter where the policy names no operator, so that nobody is stuck', () => {
    const nobody = someFacts({ sites: [], policy: aPolicy({ operators: [] }) });

    expect(refusalsOf(decide(promoted, aClick('abort', REPORTER, 'no'), nobody))).toEqual([]);
  });
});

test('the proof of what is deployed differs with code, script, namespace and keys', () => {
  const digestOf = (content: Content): string | undefined => {
    const reviews = content.sql.map((script) => () => aReview('approved', DBA, script));
    const runs = content.sql.length > 0 ? [() => aClick('submit-sql', DBA)] : [];
    const way = [submit, start, ...reviews, ...runs];
    let release = afterCommands(aRelease({ content }), way);
    while (release.run) release = afterCommands(release, [succeed]);
    return release.deployments['SIT']?.productDigest;
  };
  const digests = [
    aContent(),
    aContent({ sql: [aScript()] }),
    aContent({ sql: [aScript({ database: 'stock' })] }),
    aContent({ config: [aConfigChange()] }),
    aContent({ config: [aConfigChange({ namespace: 'other' })] }),
    aContent({ config: [aConfigChange({ changes: { sha256: 'c'.repeat(64), bytes: 9 } })] }),
  ].map(digestOf);

  expect(digests).not.toContain(undefined);
  expect(new Set(digests).size).toBe(digests.length);
});
