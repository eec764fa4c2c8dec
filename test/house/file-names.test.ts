import { describe, expect, test } from '@jest/globals';
import { globSync } from 'node:fs';
import { basename, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');
const FOLDERS = '{src,agent,local,static,demo,scripts,test}';

const files = globSync(`${FOLDERS}/**/*.{ts,tsx,cjs}`, {
  cwd: ROOT,
  exclude: ['**/node_modules', '**/dist', '**/build'],
});

/** `store` for `kvs/store.test.ts`. */
const nameOf = (file: string): string => basename(file).replace(/\..*$/, '');

describe('a source file', () => {
  test('has a kebab-case name', () => {
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(nameOf(file)))).toEqual([]);
  });

  test('is named for what it holds', () => {
    const sayNothing = ['common', 'helper', 'helpers', 'manager', 'misc', 'types', 'util', 'utils'];

    expect(files.filter((file) => sayNothing.includes(nameOf(file)))).toEqual([]);
  });
});
