/** Hosts with the real helper, called as the agent calls it: each below a directory of its own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFacts } from '../../../agent/host/host-facts';
import type { TestPackage } from './scratch';

export const HELPER = join(__dirname, '../../../agent/host/interlock-host.sh');

/** How many releases a host keeps where a test does not say. */
const RELEASES_KEPT = 5;

interface Staging {
  readonly bytes?: Buffer | string;
  readonly releasesKept?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** Makes hosts below the directory; the package `old` is 1.0.0 on them, every other one 1.1.0. */
export function helperHosts(directory: string, old: TestPackage) {
  let bases = 0;

  /** A host's base path, with everything that can be asked of it. */
  const aHost = () => {
    bases += 1;
    const base = join(directory, `base-${bases}`);
    const run = (
      words: readonly (string | number)[],
      input: Buffer | string = '',
      env = process.env,
    ) => {
      const result = spawnSync('sh', [HELPER, ...words.map(String)], {
        input,
        env,
        encoding: 'utf8',
      });
      return {
        exitCode: result.status,
        facts: parseFacts(result.stdout),
        stdout: result.stdout,
        stderr: result.stderr.trim(),
      };
    };
    const of = (what: TestPackage, fence: number, job: string) => [
      base,
      fence,
      job,
      what.digest,
      what === old ? '1.0.0' : '1.1.0',
    ];
    const stage = (what: TestPackage, fence = 1, job = 'j.1', staging: Staging = {}) => {
      const { bytes = what.bytes, releasesKept = RELEASES_KEPT, env } = staging;
      const words = [...of(what, fence, job), bytes.length + 1_000, releasesKept];
      return run(['stage', ...words], bytes, env);
    };
    return {
      base,
      run,
      inside: (path: string) => join(base, '.interlock', path),
      ledger: () =>
        readFileSync(join(base, '.interlock/ledger'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => line.split(' ').slice(1, 4).join(' ')),
      state: (fence = 0) => run(['state', base, fence]),
      /** The release has been seen healthy. */
      praise: (what: TestPackage, fence = 1) => run(['state', base, fence, what.digest]),
      stage,
      activate: (what: TestPackage, fence = 1, job = 'j.1', former?: TestPackage) =>
        run(['activate', ...of(what, fence, job), former?.digest ?? '-']),
      reactivate: (what: TestPackage, fence = 1, job = 'j.1') =>
        run(['reactivate', ...of(what, fence, job)]),
      start: (what: TestPackage, fence = 1, job = 'j.1', script = 'bin/start') =>
        run(['start', ...of(what, fence, job), 18_080, script]),
    };
  };

  /** A host that serves the old release. */
  const aServingHost = () => {
    const host = aHost();
    host.stage(old);
    host.activate(old);
    host.start(old);
    return host;
  };

  return { aHost, aServingHost };
}

/** The environment of a helper that finds this program before the one of its name. */
export function instead(host: { readonly base: string }, name: string, body: string) {
  const bin = `${host.base}.bin`;
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
}
