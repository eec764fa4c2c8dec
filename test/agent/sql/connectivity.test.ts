/** What people learn about the way to a database before anything depends on it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { checkConfig } from '../../../agent/cli/check';
import { readConfig } from '../../../agent/config';
import type { DatabaseRule } from '../../../agent/sql/database-rule';
import { createDatabases } from '../../../agent/sql/open-session';
import { probeDatabase } from '../../../agent/sql/probe-database';
import { servers } from '../../support/database-servers';
import type { DatabaseServer } from '../../support/database-servers';
import { scratch } from '../support/scratch';
import { runTestScripts } from '../support/script-world';

const directory = scratch();
const FILE = '/etc/interlock/agent.yml';
const databases = createDatabases(FILE, { connectSeconds: 5 }, () => undefined);

const otherPassword = join(directory, 'other-password');
writeFileSync(otherPassword, 'another secret of the tests\n', { mode: 0o600 });

describe.each([
  { name: 'postgresql', product: /answers: PostgreSQL \d+(\.\d+)*\.$/ },
  { name: 'mariadb', product: /answers: MySQL \d+\.\d+\.\d+-MariaDB\S*\.$/ },
] as const)('the way to $name', ({ name, product }) => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await servers[name]();
  }, 120_000);
  afterAll(() => server.close(), 30_000);

  const failureOf = async (changes: Partial<DatabaseRule>) => {
    const probed = await probeDatabase(databases, { ...server.rule, ...changes });
    return probed.kind === 'failed' ? probed.failure : probed;
  };

  const configFor = (rule: DatabaseRule): string => {
    const file = join(directory, `${name}-${rule.database}.yml`);
    const hosts: readonly unknown[] = [];
    const base = { url: 'http://127.0.0.1:1/x1/agent', stateDirectory: directory, name: 'test' };
    writeFileSync(file, stringify({ ...base, hosts, stores: [], databases: [rule] }));
    return file;
  };

  async function check(rule: DatabaseRule) {
    const file = configFor(rule);
    const read = readConfig(file);
    if (read.kind === 'invalid') throw new Error(read.sentence);
    const lines: string[] = [];
    const end = await checkConfig(read.config, file, (line) => lines.push(line));
    return { end, lines };
  }

  test('is tried by a test query, and check says which server answers [S4-65]', async () => {
    const { end, lines } = await check(server.rule);

    expect(end.exit).toBe('notEnrolled');
    expect(lines).toContainEqual(expect.stringMatching(product));
    expect(lines.join('\n')).not.toContain('a secret of the tests');

    const missing = await check({ ...server.rule, database: 'missing' });
    expect(missing.end).toMatchObject({
      exit: 'config',
      sentence: expect.stringContaining('has no database missing'),
    });
    expect(missing.lines).toContain('silent  database orders');
  });

  test.each<[string, Partial<DatabaseRule>, RegExp]>([
    [
      'nobody listens',
      { port: 1 },
      /^Nobody listens where database orders .* correct host and port/,
    ],
    [
      'no such host',
      { host: 'database.invalid' },
      /^The host of database orders .* has no address here .* correct host of database orders/,
    ],
    [
      'another password',
      { passwordFile: otherPassword },
      /refuses user release .* correct user or passwordFile of database orders/,
    ],
    [
      'no such database',
      { database: 'missing' },
      /^The server at 127\.0\.0\.1:\d+ has no database missing .* create it/,
    ],
    [
      'a certificate of somebody else',
      { tls: {} },
      /cannot be reached over TLS \(.*certificate.*\); correct host and tls of database orders/,
    ],
  ])(
    'is refused in one sentence when there is %s, before a script runs',
    async (_, changes, words) => {
      const failure = await failureOf(changes);

      expect(failure).toMatchObject({ sentence: expect.stringMatching(words) });
      expect(JSON.stringify(failure)).toContain(FILE);
      expect(JSON.stringify(failure)).not.toMatch(/secret of the tests/);
      const { end } = await runTestScripts({
        rule: { ...server.rule, ...changes },
        scripts: [{ id: 'good', text: 'CREATE TABLE too_early (id int)' }],
      });
      expect(end).toMatchObject({
        kind: 'failed',
        failure: { sentence: expect.stringMatching(words) },
      });
    },
  );

  test('is encrypted where agent.yml says so, and the server may demand it', async () => {
    const demand =
      name === 'postgresql'
        ? [
            `DO $$ BEGIN EXECUTE format('COPY (SELECT %L) TO %L', 'hostssl all all 127.0.0.1/32 scram-sha-256', current_setting('hba_file')); END $$`,
            'SELECT pg_reload_conf()',
          ]
        : ['SET GLOBAL require_secure_transport = ON'];
    for (const statement of demand) await server.query(statement);

    expect(await failureOf({})).toMatchObject({
      sentence: expect.stringMatching(
        /takes encrypted sessions only \(.*\); add tls to the entry|add tls there if the server takes encrypted sessions only/,
      ),
    });
    const tls = { caFile: server.caFile };
    expect(await probeDatabase(databases, { ...server.rule, tls })).toMatchObject({
      kind: 'answers',
    });
    const { end } = await runTestScripts({
      rule: { ...server.rule, tls },
      scripts: [{ id: 'tls', text: 'CREATE TABLE encrypted (id int)' }],
    });
    expect(end).toEqual({ kind: 'succeeded' });
  });
});
