import { describe, expect, test } from '@jest/globals';
import { decide } from '#core/decide';
import { AGENT_SILENCE_MAX_SECONDS } from '#core/facts';
import type { Facts } from '#core/facts';
import { retryBlockers, rollbackBlockers, scopesOf, startBlockers } from '#core/gates';
import { sentencesOf } from '#core/refusal';
import type { Release } from '#core/release';
import {
  aClick,
  aConfigChange,
  aContent,
  afterCommands,
  anAgent,
  aPolicy,
  aPolicyOf,
  aRelease,
  aScript,
  aSite,
  eventsOf,
  LEADER,
  NOW,
  PACKAGE_DIGEST,
  refusalsOf,
  releaseIn,
  REPORTER,
  someFacts,
  someHosts,
  TESTER,
} from '../support/builders';
import { setKey, written } from '../support/written-content';

const ready = releaseIn('ready');

const whys = (release: Release, over: Partial<Facts> = {}) =>
  startBlockers(release, someFacts(over)).map(({ why }) => why);

describe('the gate of a start', () => {
  test('is open when nothing is in the way', () => {
    expect(whys(ready)).toEqual([]);
  });

  test('names every blocker at once, not only the first', () => {
    const approvals = [{ label: 'QA', count: 1, from: { kind: 'leaders' } } as const];
    const [sit] = aPolicy().environments;
    const policy = aPolicy({ version: 2, environments: sit ? [{ ...sit, approvals }] : [] });

    expect(
      whys(ready, {
        policy,
        agents: [],
        scopes: [{ scope: '10000:shop:SIT', holder: '99', holderKey: 'REL-9' }],
      }),
    ).toEqual(['plan-changed', 'approvals-missing', 'site-busy', 'no-agent']);
  });

  test.each<readonly [string, Partial<Facts>]>([
    ['a host was added', { sites: [aSite({ hosts: someHosts(3) })] }],
    ['a host was removed', { sites: [aSite({ hosts: someHosts(1) })] }],
    ['the policy has another version', { policy: aPolicy({ version: 2 }) }],
  ])('is shut when %s since the plan was bound', (_, over) => {
    expect(whys(ready, over)).toEqual(['plan-changed']);
  });

  test.each<readonly [string, Partial<Facts>, string]>([
    ['its site is gone', { sites: [] }, 'plan-impossible'],
    ['its site has no host any more', { sites: [aSite({ hosts: [] })] }, 'plan-impossible'],
    ['its environment is gone', { policy: aPolicyOf([]) }, 'environment-removed'],
    ['no agent is there', { agents: [] }, 'no-agent'],
    [
      'the only agent serves another environment',
      { agents: [anAgent({ environments: ['STAGE'] })] },
      'no-agent',
    ],
    [
      'another release holds the site',
      { scopes: [{ scope: '10000:shop:SIT', holder: '99', holderKey: null }] },
      'site-busy',
    ],
  ])('is shut when %s', (_, over, why) => {
    expect(whys(ready, over)).toContain(why);
  });

  test('stays open when the site is held by this very release, or by nobody', () => {
    for (const holder of [ready.issueId, null])
      expect(
        whys(ready, { scopes: [{ scope: '10000:shop:SIT', holder, holderKey: null }] }),
      ).toEqual([]);
  });

  test.each([
    [0, true],
    [AGENT_SILENCE_MAX_SECONDS, true],
    [AGENT_SILENCE_MAX_SECONDS + 1, false],
  ])('takes an agent that was silent for %d s as present: %s', (silence, isPresent) => {
    const agents = [anAgent({ lastSeen: NOW - silence })];

    expect(whys(ready, { agents }).includes('no-agent')).toBe(!isPresent);
  });

  test('stays open when another project changes a site of that name', () => {
    const foreign = { scope: '20000:shop:SIT', holder: '99', holderKey: 'OTHER-1' };

    expect(whys(ready, { scopes: [foreign] })).toEqual([]);
    expect(scopesOf(ready)).toEqual(['10000:shop:SIT']);
    expect(scopesOf({ ...ready, project: '20000' })).toEqual([foreign.scope]);
  });

  test('is shut, not broken, for a release that has nothing yet', () => {
    expect(whys(aRelease({ content: null }))).toContain('no-environment');
    expect(scopesOf(aRelease({ content: null, environment: 'SIT' }))).toEqual([]);
  });

  test('is shut for a plan that was never bound', () => {
    expect(whys({ ...ready, planDigest: null })).toContain('plan-changed');
  });
});

describe('what only one release may change at a time', () => {
  const content = aContent({
    sql: [
      aScript(),
      aScript({ id: 'fill-column' }),
      aScript({ id: 'late', environments: ['STAGE'] }),
    ],
    config: [aConfigChange()],
  });
  const shared = afterCommands(aRelease({ content }), [() => aClick('submit', REPORTER)]);

  test('are its sites, its databases and its namespaces in that environment, each once', () => {
    expect(scopesOf(shared)).toEqual([
      '10000:shop:SIT',
      'db:orders:SIT',
      'ns:files:shop:app.properties:SIT',
    ]);
    expect(scopesOf({ ...shared, environment: 'STAGE' })).toContain('db:orders:STAGE');
    const elsewhere = { ...shared, content: aContent({ sql: content.sql.slice(2), code: [] }) };
    expect(scopesOf(elsewhere)).toEqual([]);
  });

  test('is a database of every project: it is the customer’s, not the project’s', () => {
    expect(scopesOf({ ...shared, project: '20000' }).slice(1)).toEqual(scopesOf(shared).slice(1));
  });

  test.each([
    ['db:orders:SIT', 'database orders'],
    ['ns:files:shop:app.properties:SIT', 'namespace shop/app.properties'],
  ])('keeps a release out while another holds %s, and says so', (scope, what) => {
    const facts = someFacts({ scopes: [{ scope, holder: '99', holderKey: 'REL-9' }] });
    const blockers = startBlockers(shared, facts);

    expect(blockers.map(({ why }) => why)).toEqual(['shared-busy']);
    expect(sentencesOf(blockers)).toBe(
      `The ${what} is being changed in SIT by another release (REL-9); wait until that one is deployed, iterated or aborted.`,
    );
    expect(retryBlockers(shared, facts).map(({ why }) => why)).toEqual(['shared-busy']);
    expect(rollbackBlockers({ ...shared, terms: TERMS }, facts).map(({ why }) => why)).toEqual([
      'shared-busy',
    ]);
    const own = { scopes: [{ scope, holder: shared.issueId, holderKey: null }] };
    expect(startBlockers(shared, someFacts(own))).toEqual([]);
  });
});

const TERMS = { policyVersion: 1, approvals: [] };

describe('the gate of a rollback', () => {
  const shared = {
    ...releaseIn('deployed'),
    terms: TERMS,
    content: written([{ id: 'add', text: 'SELECT 1;' }], [{ keys: [setKey('a')] }]).content,
  };
  const scopes = scopesOf(shared);
  const latestEverywhere = (issueId: string) =>
    someFacts({
      scopes: scopes.map((scope) => ({
        scope,
        holder: null,
        holderKey: null,
        latest: { issueId, issueKey: 'REL-9' },
      })),
    });

  test('is shut while a later release stands on one of its sites or namespaces; scripts stay in any case', () => {
    const blockers = rollbackBlockers(shared, latestEverywhere('99'));

    expect(scopes.some((scope) => scope.startsWith('db:'))).toBe(true);
    expect(blockers.map(({ why }) => why)).toEqual(['superseded', 'superseded']);
    expect(sentencesOf(blockers)).toContain('REL-9 has changed the site shop in SIT since');
  });

  test('is open while the release itself stands there last', () => {
    expect(rollbackBlockers(shared, latestEverywhere(shared.issueId))).toEqual([]);
  });
});

describe('the gate of a retry', () => {
  const broken = releaseIn('fix-pending');

  test('lets the plan that has started go on, even if the world has changed', () => {
    expect(retryBlockers(broken, someFacts({ sites: [aSite({ hosts: someHosts(3) })] }))).toEqual(
      [],
    );
  });

  test('is shut without environment, approval, site or agent', () => {
    const facts = someFacts({
      agents: [],
      scopes: [{ scope: '10000:shop:SIT', holder: '99', holderKey: 'REL-9' }],
    });

    expect(retryBlockers(broken, facts).map(({ why }) => why)).toEqual(['site-busy', 'no-agent']);
    const approvals = [{ label: 'QA', count: 1, from: { kind: 'leaders' } } as const];
    const unsigned = { ...broken, terms: { policyVersion: 1, approvals } };
    expect(retryBlockers(unsigned, someFacts()).map(({ why }) => why)).toEqual([
      'approvals-missing',
    ]);
    const lost = someFacts({ policy: aPolicyOf([]) });
    expect(retryBlockers(broken, lost).map(({ why }) => why)).toEqual(['environment-removed']);
  });

  test('opens for the failed stage only', () => {
    expect(refusalsOf(decide(broken, aClick('retry-verification', TESTER), someFacts()))).toEqual([
      'other-stage-failed',
    ]);
    expect(
      eventsOf(decide(broken, aClick('retry-code', TESTER), someFacts())).map(({ type }) => type),
    ).toEqual(['retried', 'stage-offered']);
  });
});

describe('who may do what', () => {
  test.each([
    ['start', 'ready', TESTER, true],
    ['start', 'ready', LEADER, true],
    ['start', 'ready', 'acc-stranger', false],
    ['retry-code', 'fix-pending', TESTER, true],
    ['retry-code', 'fix-pending', 'acc-stranger', false],
    ['promote', 'deployed', TESTER, true],
    ['promote', 'deployed', 'acc-stranger', false],
    ['abort', 'ready', LEADER, true],
    ['abort', 'ready', TESTER, false],
    ['iterate', 'deployed', 'acc-stranger', true],
  ] as const)('%s in %s by %s: %s', (action, status, accountId, isAllowed) => {
    const decision = decide(releaseIn(status), aClick(action, accountId, 'because'), someFacts());

    expect(decision.kind === 'accepted').toBe(isAllowed);
    if (!isAllowed) expect(refusalsOf(decision)).toEqual(['person-may-not']);
  });

  test('testers start where the policy says testers, and nowhere else', () => {
    const facts = someFacts({
      policy: aPolicy({ environments: [{ id: 'SIT', approvals: [], starters: 'leaders' }] }),
    });
    const release = releaseIn('ready', facts);

    expect(refusalsOf(decide(release, aClick('start', TESTER), facts))).toEqual(['person-may-not']);
    expect(refusalsOf(decide(release, aClick('start', LEADER), facts))).toEqual([]);
  });

  test('only who may edit the issue submits, iterates or writes content', () => {
    const reader = { accountId: 'acc-reader', groupIds: [], mayEdit: false };
    for (const [action, status] of [
      ['submit', 'draft'],
      ['iterate', 'deployed'],
    ] as const) {
      const click = { type: 'click', action, person: reader, reason: null } as const;
      expect(refusalsOf(decide(releaseIn(status), click, someFacts()))).toEqual(['person-may-not']);
    }
    const edit = { type: 'edit-content', person: reader, content: aContent() } as const;
    expect(refusalsOf(decide(aRelease(), edit, someFacts()))).toEqual(['person-may-not']);
  });

  test('the reporter gives a draft up that has no site, because it has no leader', () => {
    const draft = aRelease({ content: null });
    const facts = someFacts({ sites: [] });

    expect(refusalsOf(decide(draft, aClick('abort', draft.reporter, 'no'), facts))).toEqual([]);
    expect(refusalsOf(decide(draft, aClick('abort', LEADER, 'no'), facts))).toEqual([
      'person-may-not',
    ]);
  });
});

describe('the content', () => {
  const edit = {
    type: 'edit-content',
    person: { accountId: 'acc-dev', groupIds: [], mayEdit: true },
    content: aContent({
      code: [{ site: 'shop', version: '2.0.0', artifactSha256: PACKAGE_DIGEST }],
    }),
  } as const;

  test.each(['draft', 'awaiting-approval', 'ready'] as const)('is edited in %s', (status) => {
    expect(eventsOf(decide(releaseIn(status), edit, someFacts()))[0]).toMatchObject({
      type: 'content-edited',
      by: 'acc-dev',
    });
  });

  test.each([
    'sql-pending',
    'sql-executing',
    'config-executing',
    'code-executing',
    'verifying',
    'deployed',
    'fix-pending',
    'rolling-back',
    'rolled-back',
    'released',
    'aborted',
  ] as const)('is not edited in %s', (status) => {
    expect(refusalsOf(decide(releaseIn(status), edit, someFacts()))).toEqual(['not-in-status']);
  });

  test('that no plan can be made of is refused where a plan is bound', () => {
    const content = aContent({
      code: [{ site: 'nowhere', version: '1.0.0', artifactSha256: PACKAGE_DIGEST }],
    });

    expect(refusalsOf(decide(ready, { ...edit, content }, someFacts()))).toEqual([
      'plan-impossible',
    ]);
    expect(refusalsOf(decide(aRelease(), { ...edit, content }, someFacts()))).toEqual([]);
  });
});
