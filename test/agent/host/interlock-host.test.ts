import { beforeAll, describe, expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { HOST_REFUSALS } from '../../../agent/host/refusals';
import { sha256Hex } from '../../../agent/keys';
import { anArchive, PROGRAM } from '../support/archives';
import { HELPER, helperHosts, instead } from '../support/helper-host';
import { aPackage, EXITS_7, scratch, SLEEPS_FOREVER, STAYS } from '../support/scratch';
import type { TestPackage } from '../support/scratch';

const directory = scratch();
const old = aPackage(directory, 'old', { 'bin/run': SLEEPS_FOREVER, VERSION: '1.0.0' });
const fresh = aPackage(directory, 'fresh', { 'bin/run': SLEEPS_FOREVER, VERSION: '1.1.0' });
const newest = aPackage(directory, 'newest', { 'bin/run': SLEEPS_FOREVER, VERSION: '1.2.0' });

const { aHost, aServingHost } = helperHosts(directory, old);

/** A zombie has ended; not every machine has somebody who buries it. */
function isAlive(pid: string): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

const pidOf = (host: { inside(path: string): string }): string =>
  readFileSync(host.inside('run'), 'utf8').split(' ')[1] ?? '';

describe('a host that nobody has used', () => {
  test('has nothing, and says so', () => {
    expect(aHost().state().facts).toEqual({
      fence: 0,
      current: null,
      previous: null,
      staged: [],
      unfinished: null,
      busy: false,
      process: 'none',
      processDigest: null,
      broughtBy: null,
      switchedBy: null,
      left: null,
      ledger: [],
    });
  });
});

describe('the last acts of a host', () => {
  test('are told with every answer, the oldest first, without a line that was cut short', () => {
    const host = aHost();
    host.stage(fresh);
    host.activate(fresh, 2, 'j.2');
    appendFileSync(host.inside('ledger'), '1700000000 start j.2 2 cut');

    const line = { digest: fresh.digest, version: '1.1.0' };
    expect(host.state().facts?.ledger).toEqual([
      { operation: 'stage', job: 'j.1', fence: 1, ...line },
      { operation: 'activate', job: 'j.2', fence: 2, ...line },
    ]);
  });

  test('are twelve at most', () => {
    const host = aHost();
    host.stage(fresh);
    const before = `1700000000 stage j.0 1 ${fresh.digest} 1.1.0 .\n`;
    appendFileSync(host.inside('ledger'), before.repeat(40));

    expect(host.state().facts?.ledger).toHaveLength(12);
  });
});

describe('stage', () => {
  test('makes a complete release of the package', () => {
    const host = aHost();

    const { exitCode, stdout, facts } = host.stage(fresh);

    expect(exitCode).toBe(0);
    expect(stdout.split('\n')[0]).toBe('send');
    expect(facts).toMatchObject({
      fence: 1,
      staged: [fresh.digest],
      current: null,
      unfinished: null,
    });
    expect(readFileSync(join(host.base, 'releases', fresh.digest, 'VERSION'), 'utf8')).toBe(
      '1.1.0',
    );
    expect(host.ledger()).toEqual(['stage j.1 1']);
  });

  test('asks for no bytes of a release that is there', () => {
    const host = aHost();
    host.stage(fresh);

    const again = host.stage(fresh, 2, 'j.2', { bytes: '' });

    expect(again.stdout.split('\n')[0]).toBe('have');
    expect(again.facts).toMatchObject({ fence: 2, staged: [fresh.digest] });
  });

  test('unpacks nothing of bytes that have another digest [S0-54]', () => {
    const host = aServingHost();
    const changed = Buffer.from(fresh.bytes);
    changed[40] = (changed[40] ?? 0) ^ 1;

    const { exitCode, stderr } = host.stage(fresh, 2, 'j.2', { bytes: changed });

    expect(exitCode).toBe(65);
    expect(stderr).toMatch(
      /^The bytes that arrived do not have the digest .*nothing was unpacked\.$/,
    );
    expect(host.state().facts).toMatchObject({
      staged: [old.digest],
      process: 'running',
      unfinished: null,
    });
  });

  test('takes a copy that broke off as nothing, and the whole one after it', () => {
    const host = aHost();
    const half = host.stage(fresh, 1, 'j.1', { bytes: fresh.bytes.subarray(0, 100) });

    const whole = host.stage(fresh, 1, 'j.1');

    expect(half.exitCode).toBe(65);
    expect(whole.facts).toMatchObject({ staged: [fresh.digest] });
  });

  test('begins anew where an unpacking was cut short', () => {
    const host = aHost();
    host.state();
    const part = join(host.base, 'releases', `${fresh.digest}.part`);
    mkdirSync(part);
    writeFileSync(join(part, 'half-a-file'), 'x');

    expect(host.stage(fresh).facts).toMatchObject({ staged: [fresh.digest] });
    expect(existsSync(join(host.base, 'releases', fresh.digest, 'half-a-file'))).toBe(false);
    expect(existsSync(part)).toBe(false);
  });

  test('refuses before the first byte what the disk cannot hold', () => {
    const host = aHost();

    const { exitCode, stderr, stdout } = host.run(
      ['stage', host.base, 1, 'j.1', fresh.digest, '1.1.0', '900000000000000', 5],
      fresh.bytes,
    );

    expect(exitCode).toBe(72);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/KB free and the package needs/);
  });
});

/** Waits for what another process does. */
async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error('It did not happen within 20 s.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A stage that has been told to send, and waits for the bytes. */
async function aSender(
  { base }: { readonly base: string },
  what: TestPackage,
  fence: number,
  env = process.env,
) {
  const words = ['stage', base, fence, 'j.1', what.digest, '1.1.0', what.bytes.length, 5];
  const child = spawn('sh', [HELPER, ...words.map(String)], { env });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const incoming = join(base, '.interlock/incoming', `${what.digest}.${fence}.${child.pid}`);
  await until(() => existsSync(incoming));
  return { child, ended, incoming };
}

describe('a release that configuration was merged into', () => {
  test('is reported with the package that it was made from, before and after it is left', () => {
    const made = 'c'.repeat(64);
    const merged = aPackage(directory, 'merged', {
      'bin/run': SLEEPS_FOREVER,
      '.interlock-package': `${made}\n`,
    });
    const host = aServingHost();
    host.stage(merged, 2, 'j.2');

    const current = { digest: merged.digest, version: '1.1.0', artifactSha256: made };
    expect(host.activate(merged, 2, 'j.2').facts).toMatchObject({ current });
    expect(host.activate(old, 2, 'j.2').facts).toMatchObject({
      current: { digest: old.digest, version: '1.0.0' },
      previous: current,
    });
  });

  test('whose note of it is no digest is reported without it', () => {
    const odd = aPackage(directory, 'odd', {
      'bin/run': SLEEPS_FOREVER,
      '.interlock-package': 'x\nstaged none\n',
    });
    const host = aHost();
    host.stage(odd);

    expect(host.activate(odd).facts?.current).toEqual({ digest: odd.digest, version: '1.1.0' });
  });
});

describe('two stages of one package at a time', () => {
  test.each([
    ['of the same fence', 1, 65],
    ['of a higher fence', 2, 75],
  ])('broken bytes leave an unpacking %s alone', async (_whose, fence, exitCode) => {
    const host = aHost();
    const [unpacked, goOn] = [`${host.base}.unpacked`, `${host.base}.go-on`];
    const slow = `/usr/bin/tar "$@" || exit; : >${unpacked}; until [ -e ${goOn} ]; do sleep 0.05; done`;
    const broken = await aSender(host, fresh, 1);
    const whole = await aSender(host, fresh, fence, instead(host, 'tar', slow));
    whole.child.stdin.end(fresh.bytes);
    await until(() => existsSync(unpacked));

    broken.child.stdin.end('other bytes');
    await until(() => !existsSync(broken.incoming));
    const intent = host.state().facts?.unfinished;
    writeFileSync(goOn, '');

    expect(intent).toBe(`stage j.1 ${fence} ${fresh.digest}`);
    expect(await Promise.all([whole.ended, broken.ended])).toEqual([0, exitCode]);
    expect(host.state().facts).toMatchObject({ staged: [fresh.digest], unfinished: null });
    expect(readdirSync(join(host.base, 'releases', fresh.digest)).sort()).toEqual([
      '.interlock-release',
      'VERSION',
      'bin',
    ]);
  });

  test.each([
    ['of the same fence goes on and finds it done', 1, 0],
    ['of a lower fence is superseded', 2, 75],
  ])('when one is done, the other %s', async (_what, fence, exitCode) => {
    const host = aHost();
    const late = await aSender(host, fresh, 1);

    expect(host.stage(fresh, fence).exitCode).toBe(0);
    late.child.stdin.end(fresh.bytes);

    expect(await late.ended).toBe(exitCode);
    expect(host.ledger()).toEqual([`stage j.1 ${fence}`]);
    expect(readdirSync(host.inside('incoming'))).toEqual([]);
  });

  test('what a killed sender left is removed by the next fence', async () => {
    const host = aHost();
    const killed = await aSender(host, fresh, 1);
    killed.child.kill('SIGKILL');
    await killed.ended;

    host.stage(old, 2, 'j.2');

    expect(existsSync(killed.incoming)).toBe(false);
  });
});

describe('what stands in the way of an unpacking', () => {
  /** The superuser may do everything; the helper's user on a host may not. */
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const helper = join(directory, 'helper');
  beforeAll(() => {
    chmodSync(directory, 0o755);
    copyFileSync(HELPER, helper);
  });
  const aUsersHost = () => {
    const host = aHost();
    mkdirSync(host.base);
    chownSync(host.base, user.uid ?? -1, user.gid ?? -1);
    return host;
  };
  const asUser = (words: readonly (string | number)[], input: Buffer, env = process.env) => {
    const all = [helper, ...words.map(String)];
    return spawnSync('sh', all, { ...user, input, env, encoding: 'utf8' });
  };
  const stageWords = (base: string, digest: string, fence = 1) => {
    return ['stage', base, fence, `j.${fence}`, digest, '1.1.0', 1_100, 5];
  };
  const bytes = anArchive(
    { path: './', type: '5', mode: 0o555 },
    { path: './lib/', type: '5', mode: 0o500 },
    { path: './lib/a', mode: 0o444 },
    { ...PROGRAM, path: './bin/run' },
  );
  const digest = sha256Hex(bytes);

  test('directories that nobody may write to become a release all the same', () => {
    const host = aUsersHost();

    expect(asUser(stageWords(host.base, digest), bytes)).toMatchObject({ status: 0, stderr: '' });
    expect(host.state().facts).toMatchObject({ staged: [digest], unfinished: null });
  });

  test('and so they do where such an unpacking was cut short', () => {
    const host = aUsersHost();
    const part = join(host.base, 'releases', `${digest}.part.1.77`);
    const left = `mkdir -p ${part}/lib; : >${part}/lib/a; chmod 500 ${part}/lib; chmod 555 ${part}`;
    spawnSync('sh', ['-c', left], user);
    expect(existsSync(join(part, 'lib/a'))).toBe(true);

    expect(asUser(stageWords(host.base, digest), bytes)).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(join(host.base, 'releases'))).toEqual([digest]);
  });

  test('a disk that is full at the last word is a refusal, and nothing stays behind', () => {
    const host = aUsersHost();
    const env = instead(
      host,
      'tar',
      '/usr/bin/tar "$@" && chmod u+w "$4" && ln -s /dev/full "$4/.interlock-release"',
    );

    expect(asUser(stageWords(host.base, fresh.digest), fresh.bytes, env)).toMatchObject({
      status: 74,
      stderr: expect.stringContaining(`${host.base}/releases could not be written.\n`),
    });

    expect(host.state().facts).toMatchObject({ staged: [], unfinished: null });
    expect(existsSync(host.inside('ledger'))).toBe(false);
    expect(readdirSync(join(host.base, 'releases'))).toEqual([]);
    expect(readdirSync(host.inside('incoming'))).toEqual([]);
    expect(host.stage(fresh).facts).toMatchObject({ staged: [fresh.digest] });
  });

  test('what was killed before it was put in place is not said to be staged', () => {
    const host = aUsersHost();
    const deed = 'case "$*" in *.part*) kill -9 $PPID; exit ;; esac\nexec /usr/bin/mv "$@"';
    const env = instead(host, 'mv', deed);
    const killed = asUser(stageWords(host.base, fresh.digest), fresh.bytes, env);
    expect(killed.signal).toBe('SIGKILL');

    expect(host.state().facts).toMatchObject({ staged: [] });
    expect(host.stage(fresh, 2).facts).toMatchObject({ staged: [fresh.digest] });
    expect(readdirSync(join(host.base, 'releases'))).toEqual([fresh.digest]);
  });
});

describe('activate', () => {
  test('switches the link and remembers what was before', () => {
    const host = aServingHost();
    host.stage(fresh, 2, 'j.2');

    const { facts } = host.activate(fresh, 2, 'j.2');

    expect(facts).toMatchObject({
      current: { digest: fresh.digest, version: '1.1.0' },
      previous: { digest: old.digest, version: '1.0.0' },
    });
    expect(readlinkSync(join(host.base, 'current'))).toBe(`releases/${fresh.digest}`);
  });

  test('done twice, it is done once', () => {
    const host = aServingHost();
    host.stage(fresh, 2, 'j.2');
    host.activate(fresh, 2, 'j.2');

    const { facts } = host.activate(fresh, 2, 'j.2');

    expect(facts).toMatchObject({ previous: { digest: old.digest } });
    expect(host.ledger().filter((line) => line === 'activate j.2 2')).toHaveLength(1);
  });

  test('refuses a fence that is older than the host has seen, and changes nothing', () => {
    const host = aServingHost();
    host.stage(fresh, 5, 'j.5');

    const { exitCode, stderr } = host.activate(fresh, 4, 'j.4');

    expect(exitCode).toBe(75);
    expect(stderr).toBe(
      'This host has seen fence 5; fence 4 is older, so the job belongs to another agent.',
    );
    expect(host.state().facts).toMatchObject({ fence: 5, current: { digest: old.digest } });
  });

  test('a late repetition does not undo the way back', () => {
    const host = aServingHost();
    host.stage(fresh, 2, 'j.2');
    host.activate(fresh, 2, 'j.2');
    host.reactivate(old, 2, 'j.2');

    host.activate(fresh, 2, 'j.2');

    expect(host.state().facts).toMatchObject({ current: { digest: old.digest } });
  });

  test('refuses a release that is not complete here', () => {
    const host = aServingHost();

    expect(host.activate(fresh, 2, 'j.2')).toMatchObject({ exitCode: 66 });
    expect(host.state().facts).toMatchObject({ current: { digest: old.digest } });
  });

  test('refuses to replace a directory that somebody else made', () => {
    const host = aHost();
    host.stage(fresh);
    mkdirSync(join(host.base, 'current'));

    expect(host.activate(fresh)).toMatchObject({
      exitCode: 78,
      stderr: expect.stringContaining('is no link'),
    });
  });

  test.each([
    ['before the switch', 'kill -9 $PPID; exit', old],
    ['after the switch', '/usr/bin/mv "$@"; kill -9 $PPID; exit', fresh],
  ])('killed between intent and ledger, %s: it says so; again, it is NEW', (_when, deed, live) => {
    const host = aServingHost();
    host.stage(fresh, 2, 'j.2');
    const bin = join(host.base, 'bin');
    mkdirSync(bin);
    const mv = `#!/bin/sh\ncase "$*" in *current.new*) ${deed} ;; esac\nexec /usr/bin/mv "$@"\n`;
    writeFileSync(join(bin, 'mv'), mv, { mode: 0o755 });
    const words = [HELPER, 'activate', host.base, '2', 'j.2', fresh.digest, '1.1.0', '-'];
    const killed = spawnSync('sh', words, {
      env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    });
    rmSync(bin, { recursive: true });
    expect(killed.signal).toBe('SIGKILL');

    expect(host.state().facts).toMatchObject({
      current: { digest: live.digest },
      unfinished: `activate j.2 2 ${fresh.digest}`,
      busy: false,
    });

    expect(host.activate(fresh, 3, 'j.2').facts).toMatchObject({
      current: { digest: fresh.digest },
      previous: { digest: old.digest },
      unfinished: null,
    });
  });
});

describe('reactivate', () => {
  const staged = (): ReturnType<typeof aServingHost> => {
    const host = aServingHost();
    host.stage(fresh, 2, '10001.2');
    host.activate(fresh, 2, '10001.2');
    return host;
  };
  const standing = ({ facts }: ReturnType<ReturnType<typeof aServingHost>['state']>) => [
    facts?.current?.digest,
    facts?.broughtBy,
    facts?.previous?.digest,
  ];

  test('leads back to what stood before, and tells what was left and who had brought what stands', () => {
    const host = staged();

    const { facts } = host.reactivate(old, 3, '10001.3');

    expect(facts).toMatchObject({
      current: { digest: old.digest },
      previous: null,
      broughtBy: 'j.1',
      switchedBy: '10001.3',
      left: { digest: fresh.digest, version: '1.1.0' },
    });
  });

  test('a release that came and went leaves what stood below as it was brought', () => {
    const host = staged();
    const before = standing(host.state());
    host.stage(newest, 3, '10002.1');
    host.activate(newest, 3, '10002.1');

    host.reactivate(fresh, 3, '10002.1');

    expect(before).toEqual([fresh.digest, '10001.2', old.digest]);
    expect(standing(host.state())).toEqual(before);
  });

  test('leads back step by step, also over a release that was there before', () => {
    const host = staged();
    host.activate(old, 3, '10003.1');

    expect(standing(host.reactivate(fresh, 4, '10003.2'))).toEqual([
      fresh.digest,
      '10001.2',
      old.digest,
    ]);
    expect(standing(host.reactivate(old, 5, '10001.5'))).toEqual([old.digest, 'j.1', undefined]);
  });

  test('cut short after the switch, is found to be done', () => {
    const host = staged();
    const trail = readFileSync(host.inside('trail'), 'utf8');
    host.reactivate(old, 3, '10001.3');
    writeFileSync(host.inside('trail'), trail);

    expect(standing(host.state())).toEqual([old.digest, 'j.1', undefined]);
    expect(standing(host.reactivate(old, 4, '10001.4'))).toEqual([old.digest, 'j.1', undefined]);
  });

  test('what an activation wrote before it was cut short was never current', () => {
    const host = staged();
    const trail = readFileSync(host.inside('trail'), 'utf8');
    writeFileSync(host.inside('trail'), `${trail}${newest.digest} 10002.1\n`);

    expect(standing(host.state())).toEqual([fresh.digest, '10001.2', old.digest]);
  });

  test('knows what an earlier helper has written', () => {
    const host = staged();
    rmSync(host.inside('trail'));
    writeFileSync(host.inside('previous'), `${old.digest}\n`);
    writeFileSync(host.inside('switched'), `${fresh.digest} 10001.2\n`);

    expect(standing(host.state())).toEqual([fresh.digest, '10001.2', old.digest]);
    expect(standing(host.reactivate(old, 3, '10001.3'))).toEqual([old.digest, null, undefined]);
  });

  test('remembers a bounded trail', () => {
    const host = staged();
    for (let turn = 3; turn < 30; turn += 1)
      host.activate(turn % 2 === 0 ? fresh : old, turn, `10004.${turn}`);

    expect(readFileSync(host.inside('trail'), 'utf8').trim().split('\n')).toHaveLength(20);
  });
});

describe('start', () => {
  test('starts the service with its port and version, and says that it runs', () => {
    const host = aHost();
    host.stage(fresh);
    host.activate(fresh);

    const { facts } = host.start(fresh);

    expect(facts).toMatchObject({ process: 'running', processDigest: fresh.digest });
    expect(isAlive(pidOf(host))).toBe(true);
    const log = host.inside('run.log');
    const until = Date.now() + 5_000;
    while (!readFileSync(log, 'utf8').includes('began') && Date.now() < until);
    expect(readFileSync(log, 'utf8')).toBe('began 1.1.0 on 18080\n');
  });

  test('ends the process of the release before', () => {
    const host = aServingHost();
    const before = pidOf(host);
    host.stage(fresh, 2, 'j.2');
    host.activate(fresh, 2, 'j.2');

    expect(host.start(fresh, 2, 'j.2').exitCode).toBe(0);

    expect(pidOf(host)).not.toBe(before);
    expect(isAlive(before)).toBe(false);
  });

  test('done twice for a job, it is done once; another job starts it anew', () => {
    const host = aServingHost();
    const first = pidOf(host);

    host.start(old, 1, 'j.1');
    expect(pidOf(host)).toBe(first);
    host.start(old, 2, 'j.1');
    expect(pidOf(host)).toBe(first);
    host.start(old, 3, 'j.3');
    expect(pidOf(host)).not.toBe(first);
  });

  test('kills a process that ignores being asked', () => {
    const stubborn = aPackage(directory, 'stubborn', { 'bin/run': STAYS });
    const host = aHost();
    host.stage(stubborn);
    host.activate(stubborn);
    host.start(stubborn);
    const before = pidOf(host);
    host.stage(fresh, 2, 'j.2');
    host.activate(fresh, 2, 'j.2');

    expect(host.start(fresh, 2, 'j.2').exitCode).toBe(0);
    expect(isAlive(before)).toBe(false);
  }, 30_000);

  test('says that a service that ended at once is dead', () => {
    const broken = aPackage(directory, 'broken', { 'bin/run': EXITS_7 });
    const host = aHost();
    host.stage(broken);
    host.activate(broken);

    host.start(broken);

    const until = Date.now() + 5_000;
    let process = host.state().facts?.process;
    while (process === 'running' && Date.now() < until) process = host.state().facts?.process;
    expect(process).toBe('dead');
    expect(readFileSync(host.inside('run.log'), 'utf8')).toBe('no database\n');
  });

  test('a pid that belongs to somebody else by now is nobody’s service', () => {
    const host = aServingHost();
    const record = readFileSync(host.inside('run'), 'utf8').split(' ');
    process.kill(Number(record[1]), 'SIGKILL');
    // This test's own process got the number, as it were.
    record[1] = String(process.pid);
    writeFileSync(host.inside('run'), record.join(' '));

    expect(host.state().facts).toMatchObject({ process: 'dead' });
    host.stage(fresh, 2, 'j.2');
    host.activate(fresh, 2, 'j.2');
    expect(host.start(fresh, 2, 'j.2').facts).toMatchObject({ process: 'running' });
  });
});

describe('state', () => {
  test('says that another act is under way', async () => {
    const host = aServingHost();
    const script = `exec 9>>"$0"; flock 9; echo held; exec sleep 100`;
    const holder = spawn('sh', ['-c', script, host.inside('lock')]);
    await new Promise((resolve) => holder.stdout.once('data', resolve));

    const { facts } = host.state(9);
    holder.kill('SIGKILL');

    expect(facts).toMatchObject({ busy: true, fence: 1 });
  });

  test('takes a flock that does not work for no lock, and says so', () => {
    const host = aHost();
    const bin = join(directory, 'broken-bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'flock'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
    const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` };

    const words = [HELPER, 'state', host.base, '1'];
    const { status, stderr } = spawnSync('sh', words, { env, encoding: 'utf8' });

    expect(status).toBe(69);
    expect(stderr).toBe('The flock of this host does not work.\n');
  });

  test('with a fence shuts out every lower one', () => {
    const host = aServingHost();

    host.state(9);

    expect(host.activate(old, 8, 'j.8')).toMatchObject({ exitCode: 75 });
    expect(host.state(3)).toMatchObject({ exitCode: 75 });
    expect(host.state(0).facts).toMatchObject({ fence: 9 });
  });

  test('every line of the ledger is on disk before the act is said to be done', () => {
    const host = aServingHost();
    host.stage(fresh, 2, 'j.2');
    const log = `${host.base}.synced`;
    const env = instead(host, 'sync', `case "$*" in */ledger) tail -n 1 "$1" >>${log} ;; esac`);
    const words = ['activate', host.base, '2', 'j.2', fresh.digest, '1.1.0', '-'];

    expect(spawnSync('sh', [HELPER, ...words], { env }).status).toBe(0);

    expect(readFileSync(log, 'utf8')).toMatch(/ activate j\.2 2 .* \.\n$/);
  });

  test('is not fooled by a ledger whose last line a power failure cut short', () => {
    const host = aServingHost();
    writeFileSync(host.inside('ledger'), '1795220783 activate j.2 2 ' + fresh.digest);
    host.stage(fresh, 2, 'j.2');

    expect(host.activate(fresh, 2, 'j.2').facts).toMatchObject({
      current: { digest: fresh.digest },
    });
    expect(host.ledger().slice(-2)).toEqual(['stage j.2 2', 'activate j.2 2']);
  });
});

describe('the helper’s arguments', () => {
  const digest = 'a'.repeat(64);

  test.each([
    [[]],
    [['state']],
    [['rm', '/srv', '1']],
    [['launch', '/srv', '1']],
    [['lock', '/srv', '1']],
    [['state', 'relative', '1']],
    [['state', '/srv/../etc', '1']],
    [['state', '/srv/./x', '1']],
    [['state', '/srv//x', '1']],
    [['state', '/', '1']],
    [['state', '/srv/a b', '1']],
    [['state', '/srv/$(id)', '1']],
    [['state', '/srv\n/etc', '1']],
    [['state', '/srv', '-1']],
    [['state', '/srv', '1x']],
    [['state', '/srv', '']],
    [['state', '/srv', '1', 'more']],
    [['state', '/srv', '1', digest, 'more']],
    [['activate', '/srv', '1', '../j', digest, '1.0', '-']],
    [['activate', '/srv', '1', 'j', 'A'.repeat(64), '1.0', '-']],
    [['activate', '/srv', '1', 'j', digest.slice(1), '1.0', '-']],
    [['activate', '/srv', '1', 'j', digest, '-rf', '-']],
    [['activate', '/srv', '1', 'j', digest, '1.0;id', '-']],
    [['activate', '/srv', '1', 'j', digest, 'v'.repeat(101), '-']],
    [['activate', '/srv', '1', 'j', digest, '1.0', '../etc']],
    [['start', '/srv', '1', 'j', digest, '1.0', 'eighty', 'bin/start']],
    [['start', '/srv', '1', 'j', digest, '1.0', '80', '/bin/start']],
    [['start', '/srv', '1', 'j', digest, '1.0', '80', 'bin/../../start']],
    [['start', '/srv', '1', 'j', digest, '1.0', '80', 'bin/start now']],
    [['stage', '/srv', '1', 'j', digest, '1.0', '80', '0']],
  ])('%j are refused with 64 before anything is touched', (words) => {
    const { status, stderr, stdout } = spawnSync('sh', [HELPER, ...words], { encoding: 'utf8' });

    expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
    expect(stderr.trim()).not.toBe('');
  });

  test('every exit code that the helper gives is explained', () => {
    const given = [...readFileSync(HELPER, 'utf8').matchAll(/refuse (\d+)/g)].map((match) =>
      Number(match[1]),
    );

    expect(new Set(given)).toEqual(new Set([75, ...Object.keys(HOST_REFUSALS).map(Number)]));
  });

  test('a base path that this user cannot write to is said', () => {
    const blocked = join(directory, 'a-file');
    symlinkSync('/dev/null', blocked);

    const { status, stderr } = spawnSync('sh', [HELPER, 'state', `${blocked}/base`, '0'], {
      encoding: 'utf8',
    });

    expect(status).toBe(73);
    expect(stderr).toMatch(/^User \S+ cannot write to .*\.\n$/);
  });
});
