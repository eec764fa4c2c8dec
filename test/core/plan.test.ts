import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildPlan, planDigest, planText } from '#core/plan';
import type { Plan } from '#core/plan';
import { isHostStep } from '#core/plan-step';
import { sha256 } from '#forge/sha256';
import { parsePlan } from '#wire/plan';
import { aContent, aHost, aPlan, aSite, PACKAGE_DIGEST, someHosts } from '../support/builders';

const input = {
  issueId: '10001',
  project: '10000',
  environment: 'SIT',
  content: aContent(),
  sites: [aSite()],
  policyVersion: 1,
  executed: [],
};

type Input = typeof input;

function digestOf(over: Partial<Parameters<typeof buildPlan>[0]> = {}): string {
  const planned = buildPlan({ ...input, ...over });
  if (planned.kind === 'impossible') throw new Error(JSON.stringify(planned.problems));
  return planDigest(planned.plan, sha256);
}

/** The same thing with its members written the other way round. */
function mirrored<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(mirrored) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, member]) => [key, mirrored(member)])) as Value;
}

const place = (over: object) => ({
  sites: [
    aSite({
      environments: {
        SIT: {
          hosts: someHosts(2),
          basePath: '/srv/shop',
          servicePort: 8080,
          healthPath: '/healthz',
          ...over,
        },
      },
    }),
  ],
});

describe('the digest of a plan', () => {
  test('is equal for equal content, whatever the order of the members', () => {
    expect(digestOf(mirrored<Input>(input))).toBe(digestOf());
    expect(planDigest(aPlan(), sha256)).toBe(digestOf());
  });

  test.each([
    [
      'the version',
      {
        content: aContent({
          code: [{ site: 'shop', version: '1.0.1', artifactSha256: PACKAGE_DIGEST }],
        }),
      },
    ],
    [
      'the bytes of the package',
      {
        content: aContent({
          code: [{ site: 'shop', version: '1.0.0', artifactSha256: 'b'.repeat(64) }],
        }),
      },
    ],
    ['the policy’s version', { policyVersion: 2 }],
    ['the issue', { issueId: '10002' }],
    ['the environment', { environment: 'STAGE' }],
    ['a host more', place({ hosts: someHosts(3) })],
    ['a host less', place({ hosts: someHosts(1) })],
    ['the order of the hosts', place({ hosts: [...someHosts(2)].reverse() })],
    [
      'a host’s address',
      place({ hosts: [aHost({ address: '10.20.0.9' }), aHost({ id: 'web2' })] }),
    ],
    ['a host’s port', place({ hosts: [aHost({ sshPort: 2222 }), aHost({ id: 'web2' })] })],
    ['a host’s name', place({ hosts: [aHost({ name: 'Other' }), aHost({ id: 'web2' })] })],
    ['a host’s room', place({ hosts: [aHost({ room: 'B' }), aHost({ id: 'web2' })] })],
    ['the directory', place({ basePath: '/srv/other' })],
    ['the service’s port', place({ servicePort: 8081 })],
    ['the health path', place({ healthPath: '/health' })],
    ['a version path', place({ versionPath: '/version' })],
    ['a start script', place({ startScript: 'ops/start.sh' })],
    ['the package’s name', { sites: [aSite({ packageName: 'shop2' })] }],
    ['the store', { sites: [aSite({ store: 'other' })] }],
  ])('changes with %s', (_, over) => {
    expect(digestOf(over)).not.toBe(digestOf());
  });

  test.each([
    ['the site’s name', { sites: [aSite({ name: 'The Shop' })] }],
    ['its leader', { sites: [aSite({ leader: 'acc-other' })] }],
    ['another site', { sites: [aSite(), aSite({ id: 'other' })] }],
    ['the kind of the release', { content: aContent({ kind: 'Hotfix' as const }) }],
  ])('does not change with %s, which no host sees', (_, over) => {
    expect(digestOf(over)).toBe(digestOf());
  });
});

describe('the steps of a plan', () => {
  const planOf = (hosts: number): Plan => aPlan({ sites: [aSite({ hosts: someHosts(hosts) })] });

  test('flip the gatekeeper alone before any other host, and each host exactly once [S2-44]', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (count) => {
        const [code] = planOf(count).steps;
        if (code?.stage !== 'CODE') throw new Error('The first step is not CODE.');

        expect(code.batches[0]).toEqual(['web1']);
        expect(code.batches.flat()).toEqual(someHosts(count).map(({ id }) => id));
        expect(code.batches.every((batch) => batch.length > 0)).toBe(true);
      }),
    );
  });

  test('change every site before any of them is verified', () => {
    const content = aContent({
      code: ['shop', 'pay'].map((site) => ({
        site,
        version: '1.0.0',
        artifactSha256: PACKAGE_DIGEST,
      })),
    });

    const { steps } = aPlan({ content, sites: [aSite(), aSite({ id: 'pay' })] });

    const told = steps.filter(isHostStep).map(({ id, stage, site }) => `${id} ${stage} ${site}`);
    expect(told).toEqual([
      'code-1 CODE shop',
      'code-2 CODE pay',
      'verify-1 VERIFY shop',
      'verify-2 VERIFY pay',
      'rollback-1 ROLLBACK shop',
      'rollback-2 ROLLBACK pay',
    ]);
  });

  test('name the package by what the site calls it, and lock site and environment', () => {
    const [code] = aPlan({ sites: [aSite({ packageName: 'webshop' })] }).steps;

    expect(code).toMatchObject({
      scope: '10000:shop:SIT',
      artifact: { store: 'files', file: 'webshop-1.0.0.tar.gz', sha256: PACKAGE_DIGEST },
    });
  });

  test('are read by the agent from the very text that was hashed', () => {
    const plan = planOf(300);

    expect(parsePlan(planText(plan))).toEqual(plan);
    expect(sha256(planText(plan))).toBe(planDigest(plan, sha256));
  });
});

describe('a plan that is impossible', () => {
  test('names everything that makes it so, at once', () => {
    const code = ['lost', 'empty', 'elsewhere'].map((site) => ({
      site,
      version: '1.0.0',
      artifactSha256: PACKAGE_DIGEST,
    }));
    const sites = [aSite({ id: 'empty', hosts: [] }), aSite({ id: 'elsewhere', environments: {} })];

    expect(buildPlan({ ...input, content: aContent({ code }), sites })).toEqual({
      kind: 'impossible',
      problems: [
        { why: 'site-unknown', site: 'lost' },
        { why: 'no-hosts', site: 'empty', environment: 'SIT' },
        { why: 'site-not-in-environment', site: 'elsewhere', environment: 'SIT' },
      ],
    });
  });

  test('may be one that changes nothing', () => {
    expect(buildPlan({ ...input, content: aContent({ code: [] }) })).toEqual({
      kind: 'impossible',
      problems: [{ why: 'nothing-to-do' }],
    });
  });

  test.each(['constructor', 'toString', '__proto__'])(
    'is one for the environment %s, which no site has',
    (environment) => {
      expect(buildPlan({ ...input, environment })).toEqual({
        kind: 'impossible',
        problems: [{ why: 'site-not-in-environment', site: 'shop', environment }],
      });
    },
  );
});
