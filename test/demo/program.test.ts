import { afterAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { waitFor } from '../../demo/jira-client';
import { startProgram } from '../../demo/program';
import { isRunning } from '../scenarios/support/processes';

/** Says its own number and stays. */
const STAYS = `console.log('pid ' + process.pid); setInterval(() => undefined, 1_000);`;

describe('a program of the demo', () => {
  const directory = mkdtempSync(join(tmpdir(), 'interlock-program-'));
  const fileOf = (name: string, text: string): string => {
    const file = join(directory, name);
    writeFileSync(file, text);
    return file;
  };

  afterAll(() => rmSync(directory, { recursive: true }));

  test('is gone when what started it was killed with -9', async () => {
    const stays = fileOf('stays.ts', STAYS);
    const program = join(__dirname, '../../demo/program.ts');
    const starter = fileOf(
      'starter.ts',
      `import { startProgram } from ${JSON.stringify(program)};
       startProgram('one that stays', ${JSON.stringify(stays)}, [], { onLine: console.log });`,
    );
    const parent = spawn(process.execPath, ['--import', 'tsx', starter], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: parent.stdout });
    const said: unknown[] = await once(lines, 'line', { signal: AbortSignal.timeout(30_000) });
    const pid = Number(String(said[0]).replace('pid ', ''));
    expect(isRunning(pid)).toBe(true);

    parent.kill('SIGKILL');

    await waitFor('the program to leave', async () => !isRunning(pid) || undefined, 20, 50);
  }, 60_000);

  test('that ends too early is reported with its last words', async () => {
    const fails = fileOf('fails.ts', `console.error('no disk'); process.exit(1);`);

    const program = startProgram('one that fails', fails, []);

    await expect(program.says(/ready/)).rejects.toThrow(
      'one that fails ended before it was ready. It said:\nno disk',
    );
  }, 60_000);
});
