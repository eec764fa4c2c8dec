import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { memoryOf } from '../../demo/memory';

const MEGABYTES = 64;

/** Prints once its own child holds so much memory. */
const PARENT = `
const child = require('node:child_process').spawn(process.execPath, ['-e',
  'globalThis.held = Buffer.alloc(${MEGABYTES} * 2 ** 20, 1); console.log(1); setInterval(() => {}, 1000)'],
  { stdio: ['ignore', 'pipe', 'inherit'] });
child.stdout.once('data', () => console.log('ready'));
process.once('SIGTERM', () => { child.kill('SIGKILL'); process.exit(0); });
`;

describe('the memory of a tree of processes', () => {
  test('counts what a child of the process holds, and nothing once it has ended', async () => {
    const parent = spawn(process.execPath, ['-e', PARENT], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(parent.stdout, 'data');

    const pid = parent.pid ?? 0;
    const held = memoryOf([pid]);
    expect(held.proportionalMegabytes).toBeGreaterThan(MEGABYTES);
    expect(held.residentMegabytes).toBeGreaterThanOrEqual(held.proportionalMegabytes);

    parent.kill('SIGTERM');
    await once(parent, 'exit');
    expect(memoryOf([pid])).toEqual({ proportionalMegabytes: 0, residentMegabytes: 0 });
  }, 30_000);
});
