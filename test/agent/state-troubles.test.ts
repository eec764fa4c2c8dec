/** What the commands say of a state directory that is damaged, closed or in trouble: the true thing, and its remedy. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machineClock } from '../../agent/clock';
import { drainAgent } from '../../agent/cli/drain';
import { runEnroll } from '../../agent/cli/enroll';
import { runAgent } from '../../agent/cli/run';
import { showLogs } from '../../agent/cli/logs';
import { listSecrets, setSecret } from '../../agent/cli/secret';
import { openState, statePaths } from '../../agent/cli/state-directory';
import type { OpenState } from '../../agent/cli/state-directory';
import { showStatus } from '../../agent/cli/status';
import { trustHost } from '../../agent/cli/trust';
import { checkAudit, hasNoAgent } from '../../agent/cli/verify-audit';
import { parseConfig } from '../../agent/config';
import type { AgentConfig } from '../../agent/config';
import { createJournal, writeIdentity } from '../../agent/journal';
import { noRoom } from '../../agent/journal-room';
import { fileTrouble } from '../../agent/file-trouble';
import { fingerprintOf, openKey } from '../../agent/keys';
import { keepLog } from '../../agent/kept-log';
import { watchWelcome } from '../../agent/stranger';
import { keepTroubles } from '../../agent/troubles';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp, IDENTITY } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan } from './support/plans';
import { scratch } from './support/scratch';
import { aSshHost } from './support/ssh';
import type { TestSsh } from './support/ssh';
import { createVirtualClock } from './support/virtual-clock';

const directory = scratch();
const URL = 'http://127.0.0.1:1/x1/agent';
let states = 0;
let config: AgentConfig;
let paths: ReturnType<typeof statePaths>;
let printed: string[];
const print = (line: string): void => void printed.push(line);

function configOf(stateDirectory: string, hosts = ''): AgentConfig {
  const parsed = parseConfig(
    `{url: "${URL}", stateDirectory: "${stateDirectory}", name: a, hosts: [${hosts}]}`,
    'agent.yml',
  );
  if (parsed.kind !== 'config') throw new Error(parsed.sentence);
  return parsed.config;
}

beforeEach(() => {
  states += 1;
  config = configOf(join(directory, `state-${states}`));
  paths = statePaths(config.stateDirectory);
  printed = [];
});

/** The state of an agent that is enrolled and, until it is closed, runs. */
function enrolled(): OpenState {
  const opened = openState(config.stateDirectory);
  if (opened.kind !== 'opened') throw new Error(opened.end.sentence);
  writeIdentity(opened.state.database, IDENTITY, URL);
  return opened.state;
}

const anAudit = (): string => {
  const file = join(directory, 'audit.json');
  writeFileSync(file, '{}');
  return file;
};

const commands = {
  status: () => showStatus(config, print),
  'verify-audit': () => checkAudit({ config, isNamed: false }, anAudit(), print),
} as const;

describe.each(Object.entries(commands))('%s', (_name, command) => {
  test('names a journal that is damaged, and what to do', () => {
    enrolled().close();
    writeFileSync(paths.journal, 'no database '.repeat(1_000));

    expect(command()).toEqual({
      exit: 'journal',
      sentence: `The journal ${paths.journal} cannot be used, because it is damaged (file is not a database): look at the hosts of its open jobs, move it away, and enroll this agent anew.`,
    });
  });

  test('names a journal whose disk fails, and not the one remedy for a full one', () => {
    enrolled().close();
    rmSync(paths.journal);
    mkdirSync(paths.journal);

    expect(command()).toEqual({
      exit: 'journal',
      sentence: expect.stringMatching(
        /^The journal \S+ cannot be read or written \(disk I\/O error\), .* its disk is full or failing/,
      ),
    });
  });
});

test.each([
  ['status', () => showStatus(config, print)],
  ['verify-audit', () => checkAudit({ config, isNamed: false }, anAudit(), print)],
  ['drain', () => drainAgent(config, print)],
  ['secret list', () => listSecrets(config, print)],
  [
    'logs',
    () => showLogs(config, { job: undefined, lines: 1, follow: false }, print, AbortSignal.abort()),
  ],
])('%s says so where nobody may look into the state directory', async (_name, command) => {
  writeFileSync(join(directory, 'no-directory'), '');
  config = configOf(join(directory, 'no-directory', 'state'));

  expect(await command()).toEqual({
    exit: 'journal',
    sentence: expect.stringMatching(
      /^The state directory \S+ cannot be opened by this user \(ENOTDIR.*as the agent's user/,
    ),
  });
});

describe('a start', () => {
  test('names a key that is none', () => {
    mkdirSync(config.stateDirectory);
    writeFileSync(paths.key, 'nonsense');

    expect(openState(config.stateDirectory)).toMatchObject({
      kind: 'failed',
      end: {
        exit: 'journal',
        sentence: expect.stringMatching(
          /^The key \S+key\.pem cannot be used .* enroll this agent anew\.$/,
        ),
      },
    });
  });

  test('tells its log as which user of this machine it may run nothing, before a job comes there', async () => {
    const local = `{match: 127.0.0.1/32, transport: local, runAs: nobody-of-this-name, environments: [SIT], basePath: /srv, probePorts: [8080]}`;
    config = configOf(config.stateDirectory, local);
    enrolled().close();
    const stopping = new AbortController();
    const told = 'agent.yml: runAs is nobody-of-this-name, and this agent may run nothing as that';
    const isTold = (): boolean =>
      existsSync(paths.log) && readFileSync(paths.log, 'utf8').includes(told);

    const ended = runAgent(config, 'agent.yml', stopping.signal);
    for (const last = Date.now() + 20_000; !isTold() && Date.now() < last;)
      await machineClock.sleep(20);
    stopping.abort();

    expect(await ended).toEqual({ exit: 'done' });
    expect(isTold()).toBe(true);
  }, 30_000);

  test('does not take a lock that cannot be used for another agent', () => {
    mkdirSync(config.stateDirectory);
    mkdirSync(paths.lock);

    expect(openState(config.stateDirectory)).toMatchObject({
      kind: 'failed',
      end: { exit: 'journal', sentence: expect.stringMatching(/^The lock \S+ cannot be opened/) },
    });
  });
});

test('drain of an agent that is stopped with an open job says how it gets on, and what Ctrl-C leaves', async () => {
  const state = enrolled();
  await createJournal(state.database).beginJob({ job: '10001.9', fence: 1 }, 0);
  state.close();

  const draining = drainAgent(config, print);
  expect(printed).toEqual([
    `No agent runs on ${config.stateDirectory}, and it left a job open: its next start finishes that, takes no other, and ends.`,
    'This waits for that start; where systemd does not bring it within seconds, run: systemctl start interlock-agent. Ctrl-C ends the wait and keeps the wish: the next start, whenever it comes, drains and does no more.',
  ]);
  expect(existsSync(paths.drain)).toBe(true);

  // As the agent does that has drained.
  rmSync(paths.drain);
  expect(await draining).toEqual({ exit: 'done' });
});

describe('status', () => {
  test('shows the next key as well while nobody knows whether Interlock has taken it: the settings show either', () => {
    const state = enrolled();
    showStatus(config, print);
    expect(printed.filter((line) => line.includes('fingerprint'))).toEqual([
      `fingerprint ${fingerprintOf(state.key.publicKey)}`,
    ]);

    const next = openKey(paths.nextKey);
    printed = [];
    expect(showStatus(config, print)).toEqual({ exit: 'done' });
    expect(printed).toContain(
      `fingerprint of its next key ${fingerprintOf(next.publicKey)}: the settings show this one where Interlock has taken it and its answer was lost`,
    );

    writeFileSync(paths.nextKey, 'nonsense');
    printed = [];
    expect(showStatus(config, print)).toEqual({ exit: 'done' });
    expect(printed.join('\n')).toMatch(/trouble: The next key \S+ cannot be used \(.*\); move it/);
    state.close();
  });

  test('of a running agent tells what troubles it and since when; of one that does not run, nothing of the past', () => {
    const state = enrolled();
    const since = new Date(Date.UTC(2026, 10, 20, 14));
    keepTroubles(paths.troubles, () => since).tell('refused', 'Interlock refuses this agent.');

    expect(showStatus(config, print)).toEqual({ exit: 'done' });
    expect(printed[0]).toMatch(/, running$/);
    expect(printed).toContain(
      'trouble since 2026-11-20T14:00:00.000Z: Interlock refuses this agent.',
    );

    state.close();
    printed = [];
    showStatus(config, print);
    expect(printed[0]).toMatch(/, not running;/);
    expect(printed.filter((line) => line.startsWith('trouble'))).toEqual([]);
  });

  test('of an agent that Interlock refuses says since when and what to look at, until it is known again', () => {
    const state = enrolled();
    const since = new Date(Date.UTC(2026, 10, 20, 14));
    const troubles = keepTroubles(paths.troubles, () => since);
    const clock = createVirtualClock();
    const app = createFakeApp(clock, aPlan());
    const { journal } = aJournal();
    const hear = watchWelcome({
      ...anAgent({ clock, app, fleet: createFleet(), journal }),
      troubles,
    });
    const shown = (): readonly string[] => {
      printed = [];
      showStatus(config, print);
      return printed.filter((line) => line.startsWith('trouble'));
    };

    hear({ kind: 'refused', error: 'unauthorized', message: '' });
    expect(shown()).toEqual([
      expect.stringMatching(
        /^trouble since 2026-11-20T14:00:00\.000Z: .*look for agent ag_1 in Interlock's settings; .* enroll it anew/,
      ),
    ]);

    hear({
      kind: 'answered',
      answer: { now: 1, state: 'active', jobs: [], nextPollMilliseconds: 60_000 },
      sentAt: { wall: 0, monotonic: 0 },
    });
    expect(shown()).toEqual([]);
    state.close();
  });

  test('tells of a journal without room, whoever runs', () => {
    expect(noRoom(directory, anAudit())).toBeUndefined();
    // A file system without a free byte that each machine has.
    expect(noRoom('/proc', '/proc/self/comm')).toBe(
      'The journal in /proc cannot be written (its disk has 0 KiB left), so the agent begins no work: make room there, then it goes on by itself.',
    );
    expect(noRoom(directory, join(directory, 'none'))).toMatch(/cannot be written \(ENOENT/);
  });
});

describe('verify-audit', () => {
  test('goes on without an agent only where none was named and there is none: not where its file cannot be seen', () => {
    const absent = join(directory, 'none.yml');
    const dangling = join(directory, 'dangling.yml');
    symlinkSync(absent, dangling);
    const unseen = join(anAudit(), 'agent.yml');

    expect(hasNoAgent({ file: absent, isNamed: false })).toBe(true);
    for (const file of [unseen, dangling, anAudit()])
      expect(hasNoAgent({ file, isNamed: false })).toBe(false);
    expect(hasNoAgent({ file: absent, isNamed: true })).toBe(false);
  });

  test('by an agent that is not enrolled judges nothing where it was named, and says so where it is the machine’s own', () => {
    const end = checkAudit({ config, isNamed: true }, anAudit(), print);
    expect(end).toEqual({
      exit: 'notEnrolled',
      sentence: expect.stringContaining(
        `${config.stateDirectory} keeps nothing to judge an audit by`,
      ),
    });
    const opened = openState(config.stateDirectory);
    if (opened.kind === 'opened') opened.state.close();
    expect(checkAudit({ config, isNamed: true }, anAudit(), print)).toEqual(end);
    expect(checkAudit({ config, isNamed: false }, anAudit(), print).exit).toBe('tampered');
    expect(printed).toEqual([]);
  });

  test.each([
    ['a directory', () => directory, /is a directory or a device; name the file/],
    ['a device', () => '/dev/zero', /is a directory or a device; name the file/],
    [
      'what is not there',
      () => join(directory, 'none.json'),
      /^There is no file \S+; name the one/,
    ],
    ['what cannot be read', () => join(anAudit(), 'x'), /cannot be read \(ENOTDIR.* let this user/],
  ])('refuses %s in one sentence', (_name, file, sentence) => {
    expect(checkAudit(undefined, file(), print)).toEqual({
      exit: 'usage',
      sentence: expect.stringMatching(sentence),
    });
  });
});

describe('logs', () => {
  test('says that it has no line of a job, and where the id stands', async () => {
    enrolled().close();
    keepLog(paths.log)('{"level":30,"time":"t","msg":"Claimed a job.","job":"10001.8"}\n');
    const ask = (job: string) =>
      showLogs(config, { job, lines: 9, follow: false }, print, AbortSignal.abort());

    expect(await ask('10001.9')).toEqual({
      exit: 'notEnrolled',
      sentence: expect.stringMatching(/has no line of job 10001\.9; a job's id, .* in the panel/),
    });
    expect(printed).toEqual([]);
    expect(await ask('10001.8')).toEqual({ exit: 'done' });
    expect(printed).toHaveLength(1);
  });
});

describe('secret set', () => {
  test('with a key that is none keeps nothing and says so', async () => {
    enrolled().close();
    writeFileSync(join(config.stateDirectory, 'secrets.key'), 'nonsense');
    const input = (async function* () {
      yield Buffer.from('a long secret');
    })();

    expect(await setSecret(config, 'shop', input, print)).toEqual({
      exit: 'journal',
      sentence: expect.stringMatching(/secrets\.key holds no key of 32 bytes, so nothing was kept/),
    });
  });
});

describe('enroll', () => {
  const code = 'c0de'.repeat(8);
  test.each([
    [
      'an address that is none',
      { url: 'nonsense' },
      /--url is an address .* and not "nonsense"\.$/,
    ],
    ['another protocol', { url: 'ftp://h/x' }, /--url is an address/],
    ['a code that cannot be one', { code: 'x' }, /the 20 to 64 characters .* and not 1 of them\.$/],
    ['a name without end', { name: 'n'.repeat(81) }, /--name has 1 to 80 characters, and not 81/],
  ])('refuses %s before it asks anybody', async (_name, change, sentence) => {
    expect(await runEnroll(config, { url: URL, code, name: 'a', ...change }, print)).toEqual({
      exit: 'usage',
      sentence: expect.stringMatching(sentence),
    });
  });
});

describe('trust', () => {
  const trust = (place: string, knownHosts: string) => {
    const rule = `{match: 127.0.0.0/8, ports: [${port}], user: u, key: /k, knownHosts: "${knownHosts}", environments: [SIT], basePath: /srv, probePorts: [80]}`;
    const parsed = parseConfig(
      `{url: "${URL}", stateDirectory: /s, name: a, hosts: [${rule}]}`,
      'agent.yml',
    );
    if (parsed.kind !== 'config') throw new Error(parsed.sentence);
    return trustHost(parsed.config, 'agent.yml', { place, fingerprint: undefined }, print);
  };
  let host: TestSsh;
  let port = 22;
  beforeAll(async () => {
    host = await aSshHost(directory);
    port = host.host.port;
  });
  afterAll(() => host.host.close());

  test.each(['127.0.0.1:0', '127.0.0.1:65536', 'web 1', 'a\nb', '['])(
    'refuses %j as a place, with an example',
    async (place) => {
      expect(await trust(place, '/known')).toEqual({
        exit: 'usage',
        sentence: expect.stringMatching(/^trust takes an address or a name, .* as in web-1/),
      });
    },
  );

  test('says that nothing was pinned where knownHosts cannot be written', async () => {
    expect(await trust(`127.0.0.1:${port}`, join(directory, 'none', 'known_hosts'))).toEqual({
      exit: 'config',
      sentence: expect.stringMatching(
        /known_hosts, .* cannot be used \(ENOENT.*nothing was pinned/,
      ),
    });
    expect(await trust(`127.0.0.1:${port}`, directory)).toMatchObject({
      exit: 'config',
      sentence: expect.stringContaining('EISDIR'),
    });
  });
});

test('a file that the system refuses, wherever it comes up, is named without a stack trace', () => {
  const error = (code: string) =>
    Object.assign(new Error(`${code}: no, open '/f'`), { code, path: '/f' });

  expect(fileTrouble(error('EACCES'))).toMatch(/^\/f cannot be opened by this user \(EACCES/);
  expect(fileTrouble(error('ENOSPC'))).toMatch(/^\/f cannot be written \(ENOSPC.*make room/);
  expect(fileTrouble(error('ENOENT'))).toBeUndefined();
  expect(fileTrouble(new Error('no'))).toBeUndefined();
});
