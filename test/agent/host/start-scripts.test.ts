/** Which script starts a release: the package's own at the given path, else the common one. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { sha256Hex } from '../../../agent/keys';
import { anArchive } from '../support/archives';
import type { Entry } from '../support/archives';
import { helperHosts } from '../support/helper-host';
import { aPackage, EXITS_7, scratch, SLEEPS_FOREVER } from '../support/scratch';
import type { TestPackage } from '../support/scratch';

const directory = scratch();
const OWN = '#!/bin/sh\necho "own start of $INTERLOCK_VERSION on $PORT"\n';
const old = aPackage(directory, 'old', { 'bin/run': SLEEPS_FOREVER });
const { aHost, aServingHost } = helperHosts(directory, old);

/** A package whose files have the modes that they are given. */
function packed(...entries: readonly Entry[]): TestPackage {
  const bytes = anArchive(...entries);
  return { file: '', bytes, digest: sha256Hex(bytes) };
}
const RUN: Entry = { path: 'bin/run', body: SLEEPS_FOREVER, mode: 0o755 };

/** Brings a release to a host and starts it. */
function started(host: ReturnType<typeof aHost>, what: TestPackage, script?: string) {
  host.stage(what, 2, 'j.2');
  host.activate(what, 2, 'j.2');
  return host.start(what, 2, 'j.2', script);
}

describe('a release is started', () => {
  test('by its own script, where there is one at the given path [S0-62]', () => {
    const what = packed(RUN, { path: 'ops/start.sh', body: OWN, mode: 0o755 });
    const host = aServingHost();

    expect(started(host, what, 'ops/start.sh').facts).toMatchObject({
      process: 'own',
      processDigest: what.digest,
    });
    expect(readFileSync(host.inside('run.log'), 'utf8')).toBe('own start of 1.1.0 on 18080\n');
  });

  test('by the common one, where there is none at the given path [S0-62]', () => {
    const what = packed(RUN, { path: 'bin/start', body: EXITS_7, mode: 0o755 });

    expect(started(aServingHost(), what, 'ops/start.sh').facts).toMatchObject({
      process: 'running',
      processDigest: what.digest,
    });
  });

  test.each([
    ['may not be executed', { path: 'ops/start.sh', body: OWN, mode: 0o644 }],
    ['is a directory', { path: 'ops/start.sh/', type: '5', mode: 0o755 }],
  ])('by nothing where its own script %s; the old process goes on [S0-62]', (_what, entry) => {
    const host = aServingHost();
    const what = packed(RUN, entry);

    const { exitCode, stderr } = started(host, what, 'ops/start.sh');

    expect(exitCode).toBe(67);
    expect(stderr).toBe('The start script ops/start.sh of 1.1.0 is no file that may be executed.');
    expect(host.state().facts).toMatchObject({ process: 'running', processDigest: old.digest });
  });

  test('by one script, whatever kind of program it is [S0-61]', () => {
    const own = aPackage(directory, 'own', { 'bin/run': EXITS_7, 'bin/start': OWN });
    const script = aPackage(directory, 'script', { 'bin/run': SLEEPS_FOREVER });
    const program = aPackage(directory, 'program', {
      'bin/run': '#!/usr/bin/env node\nsetInterval(() => undefined, 1000);\n',
    });
    const host = aHost();
    const kinds = [own, script, program].map((what, index) => {
      host.stage(what, index + 1, `j.${index}`);
      host.activate(what, index + 1, `j.${index}`);
      return host.start(what, index + 1, `j.${index}`).facts?.process;
    });

    expect(kinds).toEqual(['own', 'running', 'running']);
    expect(readFileSync(host.inside('run.log.1'), 'utf8')).toContain('began 1.1.0');
  });

  test('by nothing where it has neither; the old process goes on', () => {
    const host = aServingHost();

    const refused = started(host, packed({ path: 'README', body: 'nothing' }));

    expect(refused).toMatchObject({
      exitCode: 67,
      stderr: 'The release 1.1.0 has neither bin/start nor a bin/run that may be executed.',
    });
    expect(host.state().facts).toMatchObject({ process: 'running', processDigest: old.digest });
  });

  test('by its own script, whose exit code is said when it fails', () => {
    const failing = aPackage(directory, 'failing', { 'bin/start': EXITS_7 });

    expect(started(aHost(), failing)).toMatchObject({
      exitCode: 77,
      stderr: expect.stringContaining('bin/start of 1.1.0 ended with exit code 7'),
    });
  });
});
