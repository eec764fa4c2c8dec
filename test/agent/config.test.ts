import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { parseConfig, readConfig } from '../../agent/config';

const EXAMPLE = join(__dirname, '../../agent/agent.example.yml');
const text = readFileSync(EXAMPLE, 'utf8');

/** The example with one thing changed. */
function withChange(path: readonly (string | number)[], value: unknown): string {
  const data: unknown = parse(text);
  let at = data as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  const last = path.at(-1) ?? '';
  if (value === undefined) Reflect.deleteProperty(at, last);
  else at[last] = value;
  return stringify(data);
}

const sentenceOf = (changed: string): string => {
  const result = parseConfig(changed, 'agent.yml');
  return result.kind === 'invalid' ? result.sentence : 'accepted';
};

describe('agent.yml', () => {
  test('the example is valid, and shows every setting', () => {
    const result = parseConfig(text, EXAMPLE);

    expect(result.kind).toBe('config');
    const limits = result.kind === 'config' ? Object.keys(result.config.limits).sort() : [];
    expect(Object.keys((parse(text) as { limits: object }).limits).sort()).toEqual(limits);
  });

  test('what may be left out has a value', () => {
    const result = parseConfig(withChange(['limits'], undefined), 'agent.yml');

    expect(result).toMatchObject({
      config: {
        limits: { hostsAtOnce: 10, healthSeconds: 60 },
        hosts: [{ transport: 'ssh' }, {}, { transport: 'local' }],
      },
    });
  });

  test.each<[readonly (string | number)[], unknown, string]>([
    [
      ['url'],
      'ftp://x',
      'url is "ftp://x" and must be an address that begins with http:// or https://',
    ],
    [['url'], undefined, 'url is missing'],
    [['url'], null, 'url is empty and must be an address that begins with http:// or https://'],
    [['name'], 'n'.repeat(81), `name is "${'n'.repeat(59)}… and has more than 80 characters`],
    [['hosts'], 'web-1', 'hosts is "web-1" and must be a list'],
    [['hosts', 0], 'web-1', 'hosts.0 is "web-1" and must be an object'],
    [
      ['hosts', 0, 'match'],
      '10.20.0.0/40',
      'hosts.0.match is "10.20.0.0/40" and must be a CIDR or a host name',
    ],
    [
      ['hosts', 0, 'match'],
      'a host',
      'hosts.0.match is "a host" and must be a CIDR or a host name',
    ],
    [
      ['hosts', 0, 'match'],
      ['a host'],
      'hosts.0.match.0 is "a host" and must be a CIDR or a host name',
    ],
    [
      ['hosts', 0, 'match'],
      7,
      'hosts.0.match is 7 and must be one CIDR or host name, or a list of them',
    ],
    [['hosts', 0, 'user'], undefined, 'hosts.0.user is missing'],
    [
      ['hosts', 0, 'basePath'],
      '/srv/../etc',
      'hosts.0.basePath is "/srv/../etc" and must not contain ".."',
    ],
    [['hosts', 0, 'basePath'], 'srv', 'hosts.0.basePath is "srv" and must be an absolute path'],
    [['hosts', 0, 'probePorts'], [], 'hosts.0.probePorts is [] and must not be empty'],
    [
      ['hosts', 0, 'probePorts', 0],
      70000,
      'hosts.0.probePorts.0 is 70000 and must be at most 65535',
    ],
    [
      ['hosts', 0, 'probePorts', 0],
      true,
      'hosts.0.probePorts.0 is true and must be a port or "from-to"',
    ],
    [['hosts', 0, 'transport'], 'telnet', 'hosts.0.transport is "telnet" and must be ssh or local'],
    [['stores', 0, 'kind'], 'ftp', 'stores.0.kind is "ftp" and must be directory'],
    [
      ['databases', 0, 'engine'],
      'oracle',
      'databases.0.engine is "oracle" and must be postgresql or mysql',
    ],
    [['databases', 0, 'port'], '5432', 'databases.0.port is "5432" and must be a number'],
    [['centres', 0, 'kind'], 'nacos', 'centres.0.kind is "nacos" and must be files'],
    [
      ['centres', 0, 'directory'],
      'centre',
      'centres.0.directory is "centre" and must be an absolute path',
    ],
    [['centres', 0, 'environments'], [], 'centres.0.environments is [] and must not be empty'],
    [['secretsKey'], 'key', 'secretsKey is "key" and must be an absolute path'],
    [['limits', 'healthSeconds'], 0, 'limits.healthSeconds is 0 and must be at least 1'],
    [['limits', 'healthSeconds'], 1.5, 'limits.healthSeconds is 1.5 and must be a whole number'],
  ])('says what is wrong with %j = %j', (path, value, words) => {
    const sentence = sentenceOf(withChange(path, value));

    expect(sentence).toBe(`agent.yml: ${words}; agent.example.yml shows what belongs there.`);
  });

  test.each<[readonly (string | number)[], unknown, string]>([
    [
      ['hosts', 2, 'user'],
      'root',
      'agent.yml: hosts.2 holds "user", which means nothing here; remove it or correct its spelling.',
    ],
    [
      ['hots'],
      [],
      'agent.yml: the file holds "hots", which means nothing here; remove it or correct its spelling.',
    ],
  ])('says that %j means nothing', (path, value, sentence) => {
    expect(sentenceOf(withChange(path, value))).toBe(sentence);
  });

  test.each([
    ['url: [', /^agent\.yml is no YAML \(.* at line 1, column 7\); correct that line\.$/],
    [
      'url: x\n\tname: y',
      /^agent\.yml is no YAML \(.* at line 2, column 1\); correct that line\.$/,
    ],
    [
      '',
      'agent.yml: the file is empty and must be an object; agent.example.yml shows what belongs there.',
    ],
    [
      '- a',
      'agent.yml: the file is ["a"] and must be an object; agent.example.yml shows what belongs there.',
    ],
  ])('says where %j breaks', (broken, words) => {
    expect(sentenceOf(broken)).toMatch(words);
  });

  test('says that the file is not there', () => {
    expect(readConfig('/nowhere/agent.yml')).toEqual({
      kind: 'invalid',
      sentence: expect.stringContaining('There is no configuration /nowhere/agent.yml; create it'),
    });
  });
});
