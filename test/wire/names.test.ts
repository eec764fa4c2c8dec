import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { z } from 'zod';
import { planText } from '#core/plan';
import { parsePlan } from '#wire/plan';
import { ContentSchema } from '#wire/release';
import { PolicySchema, SITE_HOSTS_MAX, SiteSchema } from '#wire/site';
import {
  aContent,
  aHost,
  aPlan,
  aPolicy,
  aSite,
  OWNER,
  PACKAGE_DIGEST,
  someHosts,
} from '../support/builders';

/** What must never become part of a path, a command line or a file name. */
const HOSTILE = [
  '',
  '.',
  '..',
  '../x',
  '../../etc/passwd',
  '/etc/passwd',
  'a/b',
  'a\\b',
  'C:\\x',
  '-rf',
  '--version',
  '$(id)',
  '`id`',
  'a;id',
  'a|id',
  'a&b',
  'a>b',
  "a'b",
  'a"b',
  'a b',
  ' a',
  'a ',
  'a\nb',
  'a\n',
  'a\u0000b',
  'a\u202eb',
  '\u200ba',
  'ａ',
  'ä',
  'a*',
  'a?',
  '~root',
  '%2e%2e',
  'x'.repeat(65),
  'x'.repeat(300),
];

const accepts = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success;

const content = (over: object) => ({
  ...aContent(),
  code: [{ site: 'shop', version: '1.0.0', artifactSha256: PACKAGE_DIGEST, ...over }],
});

const place = (over: object) => ({
  ...aSite(),
  environments: {
    SIT: {
      hosts: someHosts(1),
      basePath: '/srv/shop',
      servicePort: 8080,
      healthPath: '/healthz',
      ...over,
    },
  },
});

const host = (over: object) => place({ hosts: [{ ...aHost(), ...over }] });

describe('a name', () => {
  const FIELDS: readonly (readonly [string, z.ZodType, (name: string) => unknown])[] = [
    ['a version', ContentSchema, (version) => content({ version })],
    ['a site in the content', ContentSchema, (site) => content({ site })],
    ['a site’s id', SiteSchema, (id) => ({ ...aSite(), id })],
    ['a package', SiteSchema, (packageName) => ({ ...aSite(), packageName })],
    ['a store', SiteSchema, (store) => ({ ...aSite(), store })],
    ['a host’s id', SiteSchema, (id) => host({ id })],
    [
      'a host’s address',
      SiteSchema,
      (address) => host({ address: address.length > 64 ? `${address}!` : address }),
    ],
    [
      'an environment',
      SiteSchema,
      (name) => ({ ...aSite(), environments: { [name]: place({}).environments.SIT } }),
    ],
    [
      'an environment of the policy',
      PolicySchema,
      (id) => aPolicy({ environments: [{ id, approvals: [], starters: 'leaders' }] }),
    ],
  ];

  test.each(FIELDS)('that is %s is refused when it is hostile', (_, schema, build) => {
    expect(HOSTILE.filter((name) => accepts(schema, build(name)))).toEqual([]);
  });

  test.each(FIELDS)('that is %s is taken when it is plain', (_, schema, build) => {
    for (const name of ['a', 'Shop-2.0.rc1', '10.20.0.1'])
      expect([name, accepts(schema, build(name))]).toEqual([name, true]);
  });

  test('never leads out of its directory, whatever people type', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (version) => {
        if (!accepts(ContentSchema, content({ version }))) return;

        expect(version).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
        expect(new URL(version, 'file:///srv/releases/').pathname).toBe(`/srv/releases/${version}`);
      }),
    );
  });
});

describe('a directory on a host', () => {
  test.each(['/srv/shop', '/srv', '/opt/a-b_c.d/e'])('may be %s', (basePath) => {
    expect(accepts(SiteSchema, place({ basePath }))).toBe(true);
  });

  test.each(
    [
      '',
      'srv/shop',
      '/',
      '//srv',
      '/srv/',
      '/srv//shop',
      '/srv/../etc',
      '/..',
      '/srv/shop;id',
      '/srv/$(id)',
    ].concat([
      '/srv/a b',
      '/srv/a\nb',
      '/srv/\u202e',
      `/${'x'.repeat(300)}`,
      '~/shop',
      '/srv/.',
      '/./srv',
    ]),
  )('may not be «%s»', (basePath) => {
    expect(accepts(SiteSchema, place({ basePath }))).toBe(false);
  });
});

describe('a path that is asked for health', () => {
  test.each(['/', '/healthz', '/a/b-c_d.e~f'])('may be %s', (healthPath) => {
    expect(accepts(SiteSchema, place({ healthPath }))).toBe(true);
  });

  test.each([
    '',
    'healthz',
    'http://169.254.169.254/',
    '//evil/x',
    '/a?b=c',
    '/a#b',
    '/a b',
    '/a\r\nHost: x',
    '/%0d',
  ])('may not be «%s»', (healthPath) => {
    expect(accepts(SiteSchema, place({ healthPath }))).toBe(false);
    expect(accepts(SiteSchema, place({ versionPath: healthPath }))).toBe(false);
  });
});

describe('a start script', () => {
  test.each([['bin/start'], ['start.sh'], ['ops/v1.2/start-shop']])(
    'may be «%s»',
    (startScript) => {
      expect(accepts(SiteSchema, place({ startScript }))).toBe(true);
    },
  );

  test.each([
    '',
    '/bin/start',
    '../start',
    'bin/../../start',
    'bin//start',
    'a b',
    '-x',
    'a\nb',
    '.',
  ])('may not be «%s»', (startScript) => {
    expect(accepts(SiteSchema, place({ startScript }))).toBe(false);
  });
});

describe('an address of a host', () => {
  test.each(['10.20.0.1', 'web1.example.com', 'fe80::1', '2001:db8::10'])(
    'may be %s',
    (address) => {
      expect(accepts(SiteSchema, host({ address }))).toBe(true);
    },
  );

  test.each([
    '-oProxyCommand=id',
    'user@host',
    'host;id',
    'host name',
    '[::1]',
    'host/x',
    '\u2010host',
  ])('may not be «%s»', (address) => {
    expect(accepts(SiteSchema, host({ address }))).toBe(false);
  });
});

describe('a number', () => {
  test.each([0, -1, 65_536, 2 ** 31, 2 ** 53, 1.5, Number.NaN, Infinity, '22', null])(
    'of a port may not be %p',
    (port) => {
      expect(accepts(SiteSchema, host({ sshPort: port }))).toBe(false);
      expect(accepts(SiteSchema, place({ servicePort: port }))).toBe(false);
    },
  );

  test.each([1, 65_535])('of a port may be %p', (port) => {
    expect(accepts(SiteSchema, host({ sshPort: port }))).toBe(true);
  });
});

describe('the content of a release', () => {
  test('names each site once', () => {
    const [change] = aContent().code;
    const twice = ContentSchema.safeParse({ kind: 'Minor', code: [change, change] });

    expect(twice.error?.issues[0]?.message).toBe(
      'names one site twice; a release carries each site once',
    );
  });

  test('names at most so many sites as one transaction can lock, and says what to do', () => {
    const code = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        ...aContent().code[0],
        site: `site${index}`,
      }));

    expect(accepts(ContentSchema, { kind: 'Minor', code: code(12) })).toBe(true);
    expect(
      ContentSchema.safeParse({ kind: 'Minor', code: code(13) }).error?.issues[0]?.message,
    ).toBe('names more than 12 sites, databases and namespaces together; split the release');
  });

  test.each([
    ['a digest in capitals', { artifactSha256: PACKAGE_DIGEST.toUpperCase() }],
    ['half a digest', { artifactSha256: PACKAGE_DIGEST.slice(32) }],
    ['no digest', { artifactSha256: undefined }],
    ['an unknown member', { force: true }],
  ])('is refused with %s', (_, over) => {
    expect(accepts(ContentSchema, content(over))).toBe(false);
  });

  test('of an unknown kind, or with a task of an unknown type, is refused when it is written, so that no plan ever holds it [S0-57]', () => {
    const known = aContent();

    expect(accepts(ContentSchema, known)).toBe(true);
    for (const kind of ['Patch', 'minor', '', null, ['Minor']])
      expect(accepts(ContentSchema, { ...known, kind })).toBe(false);
    for (const task of ['shell', 'script', 'files', 'constructor', '__proto__x'])
      expect(accepts(ContentSchema, { ...known, [task]: [] })).toBe(false);
    for (const appType of ['java', 'Generic', 'shell', '', null])
      expect(accepts(SiteSchema, { ...aSite(), appType })).toBe(false);
  });
});

describe('a site', () => {
  test('names each host once, and at most 10,000', () => {
    const twice = [aHost(), aHost({ address: '10.20.0.2' })];

    expect(accepts(SiteSchema, place({ hosts: twice }))).toBe(false);
    expect(accepts(SiteSchema, place({ hosts: someHosts(SITE_HOSTS_MAX) }))).toBe(true);
    expect(accepts(SiteSchema, place({ hosts: someHosts(SITE_HOSTS_MAX + 1) }))).toBe(false);
  });

  test('has a leader, and may do without a backup', () => {
    const alone = Object.fromEntries(Object.entries(aSite()).filter(([name]) => name !== 'backup'));

    expect(accepts(SiteSchema, alone)).toBe(true);
    expect(accepts(SiteSchema, { ...aSite(), leader: '' })).toBe(false);
    expect(accepts(SiteSchema, { ...aSite(), leader: undefined })).toBe(false);
  });
});

describe('a policy', () => {
  const step = (label: string, over: object = {}) => ({
    label,
    count: 1,
    from: { kind: 'leaders' },
    ...over,
  });
  const policy = (...approvals: object[]) => ({
    ...aPolicy(),
    environments: [{ id: 'SIT', approvals, starters: 'leaders' }],
  });

  test('asks for each approval under a name of its own, because approvals count by it', () => {
    expect(accepts(PolicySchema, policy(step('Leader'), step('Owner')))).toBe(true);
    expect(accepts(PolicySchema, policy(step('Leader'), step('Leader')))).toBe(false);
  });

  test('names each environment once', () => {
    const [sit] = aPolicy().environments;

    expect(accepts(PolicySchema, aPolicy({ environments: sit ? [sit, sit] : [] }))).toBe(false);
    expect(accepts(PolicySchema, aPolicy({ environments: [] }))).toBe(false);
  });

  test('does not ask for more approvers than it names', () => {
    const from = { kind: 'accounts', accountIds: [OWNER] };

    expect(accepts(PolicySchema, policy(step('Owner', { from })))).toBe(true);
    expect(accepts(PolicySchema, policy(step('Owner', { from, count: 2 })))).toBe(false);
  });
});

describe('a plan that an agent reads', () => {
  const plan = aPlan();
  const text = (change: (plan: object) => object): string => JSON.stringify(change(plan));

  test('is the plan that the core made', () => {
    expect(parsePlan(planText(plan))).toEqual(plan);
  });

  test('has a step of a known stage and a known type, or it is none [S0-57]', () => {
    const [code, verify] = plan.steps;
    const withStep = (over: object) =>
      parsePlan(text((known) => ({ ...known, steps: [{ ...code, ...over }] })));

    expect(withStep({})?.steps[0]?.stage).toBe('CODE');
    expect(parsePlan(text((known) => ({ ...known, steps: [verify] })))?.steps[0]?.stage).toBe(
      'VERIFY',
    );
    for (const stage of ['SQL', 'CONFIG', 'ROLLBACK', 'SHELL', 'code', '', null])
      expect(withStep({ stage })).toBeUndefined();
    for (const appType of ['java', 'iis', '', null]) expect(withStep({ appType })).toBeUndefined();
  });

  test.each([
    ['no JSON', 'plan'],
    ['nothing', ''],
    ['a list', '[]'],
    ['another format', text((known) => ({ ...known, format: 2 }))],
    ['an unknown member', text((known) => ({ ...known, shell: 'id' }))],
    ['no steps', text((known) => ({ ...known, steps: [] }))],
  ])('is none when it is %s', (_, words) => {
    expect(parsePlan(words)).toBeUndefined();
  });

  test('never names a hostile thing', () => {
    const [code] = plan.steps;
    const withStep = (over: object) =>
      parsePlan(text((known) => ({ ...known, steps: [{ ...code, ...over }] })));
    for (const name of HOSTILE) {
      expect([name, withStep({ version: name })]).toEqual([name, undefined]);
      expect([name, withStep({ basePath: name })]).toEqual([
        name,
        name === '/etc/passwd' ? expect.anything() : undefined,
      ]);
      const artifact = { store: 'files', file: name, sha256: PACKAGE_DIGEST };
      const isLongButPlain = /^x{65}$/.test(name);
      expect([name, withStep({ artifact }) !== undefined]).toEqual([name, isLongButPlain]);
      expect([name, withStep({ hosts: [aHost({ id: name })] })]).toEqual([name, undefined]);
    }
  });
});
