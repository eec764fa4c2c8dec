import { describe, expect, test } from '@jest/globals';
import { allowsProbe, boundStep, storeFor } from '../../agent/bounds';
import type { HostRule } from '../../agent/config';
import { isDenied, resolveAddress } from '../../agent/addresses';
import { aPlan } from './support/plans';

const rule: HostRule = {
  transport: 'ssh',
  match: ['10.0.0.0/16', 'fd12::/16', 'web.example.com'],
  ports: [22, 2201],
  user: 'deploy',
  key: '/k',
  knownHosts: '/kh',
  environments: ['SIT', 'UAT'],
  basePath: '/srv',
  probePorts: [8080, '9000-9100'],
};

function bound(change: object, environment = 'SIT') {
  const [step] = structuredClone(aPlan(['web-1'])).steps;
  if (step?.stage !== 'CODE') throw new Error('no step');
  const { address, sshPort, ...rest } = change as { address?: string; sshPort?: number };
  if (address !== undefined) Object.assign(step.hosts[0] ?? {}, { address });
  if (sshPort !== undefined) Object.assign(step.hosts[0] ?? {}, { sshPort });
  const bounded = boundStep({ ...step, ...rest }, environment, {
    file: '/etc/agent.yml',
    hosts: [rule],
    stores: [],
  });
  return bounded.kind === 'allowed' ? 'allowed' : bounded.failure.sentence;
}

describe('agent.yml bounds what Jira asks', () => {
  test.each([
    [{}],
    [{ address: '10.0.255.255' }],
    [{ address: 'WEB.example.com' }],
    [{ address: 'fd12:1::7' }],
    [{ address: '::ffff:10.0.0.7' }],
    [{ sshPort: 2201 }],
    [{ basePath: '/srv' }],
    [{ basePath: '/srv/a/b' }],
  ])('allows %j', (change) => {
    expect(bound(change)).toBe('allowed');
  });

  test.each([
    [{ address: '10.1.0.1' }, '10.1.0.1 port 22'],
    [{ address: '10.0.0.1.example.com' }, '10.0.0.1.example.com'],
    [{ address: '0x0a000001' }, '0x0a000001'],
    [{ address: '012.0.0.1' }, '012.0.0.1'],
    [{ address: '10.1' }, '10.1'],
    [{ address: '167772161' }, '167772161'],
    [{ address: 'evil.example.com' }, 'evil.example.com'],
    [{ sshPort: 23 }, 'port 23'],
    [{ basePath: '/srvx' }, 'lives in /srvx'],
    [{ basePath: '/etc' }, 'lives in /etc'],
    [{ service: { port: 22, healthPath: '/' } }, 'answers on port 22'],
  ])('refuses %j, naming it and the file', (change, words) => {
    const sentence = bound(change);

    expect(sentence).toContain(words);
    expect(sentence).toContain('/etc/agent.yml');
  });

  test('refuses an environment that the rule does not have', () => {
    expect(bound({}, 'PROD')).toContain('in PROD');
  });

  test('allows health checks on single ports and in ranges, ends included', () => {
    expect([8080, 9000, 9100].every((port) => allowsProbe(rule, port))).toBe(true);
    expect([8079, 8999, 9101].some((port) => allowsProbe(rule, port))).toBe(false);
  });

  test('finds a store by id and environment', () => {
    const stores = [
      { id: 'p', kind: 'directory', path: '/sit', environments: ['SIT'] },
      { id: 'p', kind: 'directory', path: '/all' },
    ] as const;
    const rules = stores.map((store) =>
      'environments' in store ? { ...store, environments: [...store.environments] } : store,
    );

    expect(storeFor('p', 'SIT', rules)?.path).toBe('/sit');
    expect(storeFor('p', 'PROD', rules)?.path).toBe('/all');
    expect(storeFor('q', 'PROD', rules)).toBeUndefined();
  });
});

describe('addresses of hosts', () => {
  test.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    'fe80::1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '100.100.100.200',
    'fd00:ec2::254',
  ])('%s is nobody’s', (ip) => {
    expect(isDenied(ip)).toBe(true);
  });

  test.each(['127.0.0.1', '10.0.0.1', '192.0.2.1', '2001:db8::1', 'fd12::1'])(
    '%s may be a host',
    (ip) => {
      // Documentation ranges are reserved for examples, and no host has one.
      const isExample = ip.startsWith('192.0.2.') || ip.startsWith('2001:db8');
      expect(isDenied(ip)).toBe(isExample);
    },
  );

  test('a name that nobody knows is a sentence', async () => {
    expect(await resolveAddress('host.invalid')).toMatchObject({
      kind: 'unresolved',
      sentence: expect.stringContaining('host.invalid'),
    });
    expect(await resolveAddress('169.254.169.254')).toMatchObject({ kind: 'denied' });
    expect(await resolveAddress('127.0.0.1')).toEqual({ kind: 'resolved', ip: '127.0.0.1' });
  });
});
