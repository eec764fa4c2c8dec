import { describe, expect, test } from '@jest/globals';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPassword } from '../../../agent/sql/open-session';
import { scratch } from '../support/scratch';

const directory = scratch();
const passwordFile = join(directory, 'password');
const rule = {
  id: 'orders',
  environments: ['SIT'],
  engine: 'postgresql' as const,
  host: '127.0.0.1',
  port: 5432,
  database: 'orders',
  user: 'release',
  passwordFile,
};

describe("a database's password", () => {
  test('is the file without its last line end', () => {
    writeFileSync(passwordFile, ' a b \n', { mode: 0o600 });
    expect(readPassword(rule, 'agent.yml')).toEqual({ kind: 'password', password: ' a b ' });
  });

  test.each([0o640, 0o604, 0o660])('is refused from a file with mode %i', (mode) => {
    writeFileSync(passwordFile, 'secret');
    chmodSync(passwordFile, mode);
    expect(readPassword(rule, 'agent.yml')).toEqual({
      kind: 'refused',
      sentence: `agent.yml: the passwordFile of database orders, ${passwordFile}, can be read by others; run: chmod 600 ${passwordFile}`,
    });
  });
});
