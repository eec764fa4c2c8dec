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

  test.each([
    [['url'], 'ftp://x', 'agent.yml: url is "ftp://x": '],
    [['url'], undefined, 'agent.yml: url is missing: '],
    [['hosts', 0, 'match'], '10.20.0.0/40', 'agent.yml: hosts.0.match is "10.20.0.0/40": '],
    [['hosts', 0, 'match'], 'a host', 'agent.yml: hosts.0.match is "a host": '],
    [['hosts', 0, 'user'], undefined, 'agent.yml: hosts.0.user is missing: '],
    [
      ['hosts', 0, 'basePath'],
      '/srv/../etc',
      'agent.yml: hosts.0.basePath is "/srv/../etc": must not contain ".."',
    ],
    [
      ['hosts', 0, 'basePath'],
      'srv',
      'agent.yml: hosts.0.basePath is "srv": must be an absolute path',
    ],
    [['hosts', 0, 'probePorts'], [], 'agent.yml: hosts.0.probePorts is []: '],
    [['hosts', 0, 'probePorts', 0], 70000, 'agent.yml: hosts.0.probePorts.0 is 70000: '],
    [['hosts', 0, 'transport'], 'telnet', 'agent.yml: hosts.0.transport is "telnet": '],
    [['hosts', 2, 'user'], 'root', 'agent.yml: hosts.2 holds "user", which means nothing here; '],
    [['stores', 0, 'kind'], 'ftp', 'agent.yml: stores.0.kind is "ftp": '],
    [['centres', 0, 'kind'], 'nacos', 'agent.yml: centres.0.kind is "nacos": '],
    [['centres', 0, 'directory'], 'centre', 'agent.yml: centres.0.directory is "centre": '],
    [['centres', 0, 'environments'], [], 'agent.yml: centres.0.environments is []: '],
    [['secretsKey'], 'key', 'agent.yml: secretsKey is "key": must be an absolute path'],
    [['limits', 'healthSeconds'], 0, 'agent.yml: limits.healthSeconds is 0: '],
    [
      ['hots'],
      [],
      'agent.yml: the file holds "hots", which means nothing here; remove it or correct its spelling.',
    ],
  ])('says what is wrong with %j = %j', (path, value, beginning) => {
    const sentence = sentenceOf(withChange(path, value));

    expect(sentence.slice(0, beginning.length)).toBe(beginning);
    expect(sentence).toMatch(/\.$/);
    expect(sentence).not.toContain('\n');
  });

  test('says where the YAML breaks', () => {
    expect(sentenceOf('url: [')).toMatch(/^agent\.yml is no YAML: .*line 1.*\.$/);
    expect(sentenceOf('')).toMatch(/^agent\.yml: the file is/);
  });

  test('says that the file is not there', () => {
    expect(readConfig('/nowhere/agent.yml')).toEqual({
      kind: 'invalid',
      sentence: expect.stringContaining('The configuration /nowhere/agent.yml cannot be read'),
    });
  });
});
