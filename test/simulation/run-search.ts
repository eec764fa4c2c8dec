/**
 * The search as a program of its own: plain JavaScript in a plain Node. Inside jest, where every global
 * is looked up through a sandbox, the same seeds take twice as long.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { buildSync } from 'esbuild';
import { z } from 'zod';
import { Bite, Summary } from './search-summary';

export interface BuiltSearch {
  run(...words: readonly string[]): Promise<Summary>;
  /** Each protection off, from its recorded seed on. */
  replayTeeth(): Promise<readonly Bite[]>;
  remove(): void;
}

export function buildSearch(): BuiltSearch {
  const directory = mkdtempSync(join(tmpdir(), 'interlock-simulation-'));
  const outfile = join(directory, 'search.cjs');
  buildSync({
    entryPoints: [resolve(__dirname, 'search.ts')],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    outfile,
  });
  const call = (words: readonly string[]): Promise<unknown> =>
    new Promise((tell, fail) => {
      const options = { maxBuffer: 1e9 };
      execFile(
        process.execPath,
        [outfile, '--json', ...words],
        options,
        (error, stdout, stderr) => {
          // Exit code 3 says that there are violations; the answer tells which.
          if (error && error.code !== 3) fail(new Error(`${error.message}\n${stderr}`));
          else tell(JSON.parse(stdout));
        },
      );
    });
  return {
    run: async (...words) => Summary.parse(await call(words)),
    replayTeeth: async () => z.array(Bite).parse(await call(['--teeth'])),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
