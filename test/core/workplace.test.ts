import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CLAIMS_MAX, decideClaim, withClaim } from '#core/job';
import type { JobClaim } from '#core/job';
import { startBlockers } from '#core/gates';
import { reaches } from '#core/reach';
import type { Reach, Workplace } from '#core/reach';
import { reachBlockers, workplaceOf } from '#core/workplace';
import { PolicySchema, SiteSchema } from '#wire/site';
import {
  aConfigChange,
  aContent,
  aHost,
  anAgent,
  aPolicy,
  aRelease,
  aScript,
  aSite,
  NOW,
  releaseIn,
  someFacts,
} from '../support/builders';

const groups = [
  { id: 'finance', databases: ['ledger'], centres: ['vault'] },
  { id: 'people', databases: ['staff'], centres: [] },
];
const known = {
  policy: aPolicy({ groups }),
  sites: [
    aSite({ hosts: [aHost({ room: 'A' }), aHost({ id: 'web2', room: 'B' })] }),
    aSite({ id: 'ledger', group: 'finance', hosts: [aHost({ room: '' })] }),
  ],
};
const code = (site: string) => ({ site, version: '1.0.0', artifactSha256: 'c'.repeat(64) });
const workOf = (over: Parameters<typeof aContent>[0]) =>
  workplaceOf(aRelease({ content: aContent({ code: [], ...over }) }), 'SIT', known);

describe('where a release is worked on', () => {
  test.each([
    ['a site of no group', { code: [code('shop')] }, { rooms: ['A', 'B'] }],
    ['a site of a group', { code: [code('ledger')] }, { group: 'finance', rooms: [''] }],
    ['a database of a group', { sql: [aScript({ database: 'ledger' })] }, { group: 'finance' }],
    ['a database of none', { sql: [aScript()] }, {}],
    ['a centre of a group', { config: [aConfigChange({ centre: 'vault' })] }, { group: 'finance' }],
    [
      'a site and a database that no group names',
      { code: [code('ledger')], sql: [aScript()], config: [aConfigChange()] },
      { group: 'finance', rooms: [''] },
    ],
    [
      'a script that does not run there, and a change by hand',
      {
        sql: [aScript({ database: 'ledger', environments: ['STAGE'] })],
        config: [aConfigChange({ centre: 'vault', byHand: true })],
      },
      {},
    ],
  ])('is told by %s', (_, content, work) => {
    expect(workOf(content)).toEqual({ environment: 'SIT', ...work });
  });

  test.each([
    ['two sites', { code: [code('shop'), code('ledger')] }],
    ['a site and a database', { code: [code('shop')], sql: [aScript({ database: 'ledger' })] }],
    [
      'two databases',
      { sql: [aScript({ database: 'ledger' }), aScript({ id: 'b', database: 'staff' })] },
    ],
  ])('is nowhere when %s belong to different groups', (_, content) => {
    expect(workOf(content)).toBeUndefined();
  });
});

const name = fc.constantFrom('a', 'b', 'c');
const names = fc.uniqueArray(name, { maxLength: 3 });
const optional = <Value>(values: fc.Arbitrary<Value>) =>
  fc.option(values, { nil: undefined, freq: 3 });
const agents: fc.Arbitrary<Reach> = fc
  .record({ environments: names, group: optional(name), rooms: optional(names) })
  .map(({ environments, group, rooms }) => ({
    environments,
    ...(group !== undefined && { group }),
    ...(rooms !== undefined && { rooms }),
  }));
const works: fc.Arbitrary<Workplace> = fc
  .record({ environment: name, group: optional(name), rooms: optional(names) })
  .map(({ environment, group, rooms }) => ({
    environment,
    ...(group !== undefined && { group }),
    ...(rooms !== undefined && { rooms }),
  }));

describe('the reach of an agent', () => {
  test('is its environments, exactly its group, and all rooms unless it names some', () => {
    fc.assert(
      fc.property(agents, works, (agent, work) => {
        const rooms = work.rooms ?? [];
        const isThere = agent.environments.some((each) => each === work.environment);
        const isOwn = (agent.group ?? '') === (work.group ?? '');
        const isNear =
          agent.rooms === undefined || rooms.every((room) => agent.rooms?.includes(room));
        expect(reaches(agent, work)).toBe(isThere && isOwn && isNear);
      }),
    );
  });

  test('opens the start exactly when somebody who was heard from has all of it', () => {
    const ready = releaseIn('ready');
    fc.assert(
      fc.property(fc.array(fc.tuple(agents, fc.boolean()), { maxLength: 4 }), (some) => {
        const facts = someFacts({
          sites: known.sites.slice(0, 1),
          agents: some.map(([agent, isOnline], at) => ({
            ...anAgent({ agentId: `ag-${at}`, lastSeen: isOnline ? NOW : 0 }),
            ...agent,
            environments: [...agent.environments, 'SIT'],
            ...(agent.rooms && { rooms: [...agent.rooms, 'A'] }),
          })),
        });
        const opens = facts.agents.some(
          (agent) =>
            agent.lastSeen === NOW &&
            agent.group === undefined &&
            (agent.rooms?.includes('B') ?? true),
        );
        const whys = startBlockers({ ...ready, planDigest: null }, facts).map(({ why }) => why);
        expect(whys.some((why) => why === 'no-agent' || why === 'rooms-unserved')).toBe(!opens);
      }),
    );
  });

  test('that lacks one of two rooms is not the same as lacking them together', () => {
    const release = aRelease({ content: aContent() });
    const blockers = (...rooms: string[][]) =>
      reachBlockers(
        release,
        'SIT',
        known,
        rooms.map((each) => anAgent({ rooms: each })),
      );
    expect(blockers(['A'])).toMatchObject([{ rooms: ['B'], isTogether: false }]);
    expect(blockers(['A'], ['B'])).toMatchObject([{ rooms: ['A', 'B'], isTogether: true }]);
    expect(blockers(['A'], ['B', 'A'])).toEqual([]);
  });
});

test('what belongs to two groups is refused where it is written down', () => {
  const refused = (over: readonly object[]) =>
    PolicySchema.safeParse({ ...aPolicy(), groups: over }).error?.issues.map(
      ({ message }) => message,
    );
  const one = { id: 'a', databases: ['x'], centres: ['y'] };
  expect(refused([one, { id: 'a' }])).toEqual(['names one group twice; name each once']);
  expect(refused([one, { id: 'b', databases: ['x'] }])).toEqual([
    'gives one database to two groups; give it to one',
  ]);
  expect(refused([one, { id: 'b', centres: ['y'] }])).toEqual([
    'gives one configuration centre to two groups; give it to one',
  ]);
  expect(SiteSchema.safeParse(aSite({ group: 'no group' })).success).toBe(false);
  expect(PolicySchema.parse(aPolicy())).not.toHaveProperty('groups');
});

describe('who had a job', () => {
  test('is told in a row: each agent once until another gets it, every claim counted', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('one', 'two', 'three')), (agentIds) => {
        const claims = agentIds.reduce<JobClaim[]>(
          (row, agent, at) => withClaim(row, { agent, name: `${agent}!`, fence: at + 1, at }),
          [],
        );
        expect(claims.flatMap(({ agent, times }) => Array<string>(times).fill(agent))).toEqual(
          agentIds,
        );
        expect(claims.map(({ former }) => former)).toEqual([
          ...(claims.length > 0 ? [null] : []),
          ...claims.slice(0, -1).map((claim) => claim.name),
        ]);
        for (const { fence, lastFence, times } of claims) expect(lastFence - fence + 1).toBe(times);
        expect(claims.at(-1)?.lastFence ?? 0).toBe(agentIds.length);
      }),
    );
  });

  test('is a row with an end: then only the agent that has the job may claim it again', () => {
    const claims = Array.from({ length: CLAIMS_MAX }, (_, at) => at).reduce<JobClaim[]>(
      (row, at) => withClaim(row, { agent: `ag-${at % 2}`, name: '', fence: at, at }),
      [],
    );
    const agent = claims.at(-1)?.agent ?? '';
    const job = {
      ...{ status: 'running' as const, agents: ['ag-0', 'ag-1'], agent, requestId: 'r' },
      ...{ fence: CLAIMS_MAX, leaseUntil: 0, claims },
    };
    const asks = (agentId: string) =>
      decideClaim(job, { agentId, requestId: 'x', now: NOW, graceSeconds: 30, highestFence: 99 })
        .kind;
    expect(asks(agent)).toBe('claimed');
    expect(asks(claims.at(-2)?.agent ?? '')).toBe('gone');
  });
});
