/** Secrets of an agent, looked for in everything that it sends, keeps and shows, and in what Jira makes of it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportAudit } from '#app/export-audit';
import { showLog } from '#app/show-log';
import { showRelease } from '#app/show-release';
import type { FinishOutcome, LogData, ReportEntry } from '#wire/agent';
import { liveAgent } from '../../agent/agent-loop';
import { assembleAgent } from '../../agent/cli/assemble-agent';
import { runEnroll } from '../../agent/cli/enroll';
import { showLogs } from '../../agent/cli/logs';
import { setSecret } from '../../agent/cli/secret';
import { openState, statePaths } from '../../agent/cli/state-directory';
import { showStatus } from '../../agent/cli/status';
import { machineClock } from '../../agent/clock';
import { parseConfig } from '../../agent/config';
import { readIdentity } from '../../agent/journal';
import { keepLog } from '../../agent/kept-log';
import { localTransport } from '../../agent/transports/local';
import type { Agent } from '../../agent/ports/agent';
import type { Log } from '../../agent/ports/log';
import { REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import { serveApp } from './support/app-server';
import type { AppServer } from './support/app-server';
import { createFakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan } from './support/plans';
import { scratch } from './support/scratch';

const directory = scratch();
const servers: AppServer[] = [];
afterAll(() => servers.forEach((server) => server.close()));

/** What configuration names, what a database takes, and a key of several lines. */
const SECRET = 'kN4/z "q~9!x(é)&<W';
const PASSWORD = "pg-Tr0ub4dor'8*Zz";
const KEY_LINES = [
  '-----BEGIN KEY-----',
  'MIIBVwIBADANBgkqhkiG9w0B',
  'x8Vj2LqTz07mEw',
  '-----END KEY-----',
];
const KEY = KEY_LINES.join('\n');

/** Not a secret: where it is not found, nothing would be. */
const CONTROL = 'the-host-said-this';

/** All that programs make of a value, each with nothing of a neighbour in it. */
function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replace(/%../g, (digits) => digits.toLowerCase()),
    new URLSearchParams({ x: secret }).toString().slice(2),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

const FORBIDDEN = [...[SECRET, PASSWORD].flatMap(spellings), ...KEY_LINES.slice(1, 3), KEY];

/** What a host or a database may say: every spelling, some behind other bytes, colours in their midst, and no last line feed. */
const SAID = [
  ...[SECRET, PASSWORD].map((secret) =>
    [CONTROL, ...spellings(secret), `${secret.slice(0, 7)}\u001b[0m${secret.slice(7)}`].join(' | '),
  ),
  `${CONTROL}\nloading ${KEY}\nlast ${SECRET}`,
  // Where a sentence is cut, half a secret must not be left.
  ...[930, 990, 994, 1_930, 1_985, 1_990].map(
    (length) =>
      `${CONTROL} ${'x '.repeat(length / 2).slice(CONTROL.length + 1)}${PASSWORD}${SECRET}`,
  ),
];

interface Life {
  readonly entries: readonly ReportEntry[];
  readonly outcome: FinishOutcome;
  readonly logged: readonly LogData[];
  /** Everything that left the process or stayed on its disk, by its place. */
  readonly found: ReadonlyMap<string, string>;
}

let lives = 0;

/** An enrolled agent with all three secrets, that no job has read, lives until a host has said this. */
async function liveWith(said: string): Promise<Life> {
  lives += 1;
  const home = join(directory, `life-${lives}`);
  const app = createFakeApp(machineClock, aPlan(['web-1']));
  const server = await serveApp(app);
  servers.push(server);
  const passwordFile = join(directory, 'orders.password');
  writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  const read = parseConfig(
    JSON.stringify({
      url: server.url,
      stateDirectory: home,
      name: 'canary',
      hosts: [
        {
          ...{ match: '10.0.0.0/16', transport: 'local', environments: ['SIT'] },
          ...{ basePath: '/srv', probePorts: [8080] },
        },
      ],
      secrets: [{ name: 'shop-db', environments: ['SIT'] }],
      databases: [
        {
          ...{ id: 'orders', environments: ['SIT'], engine: 'postgresql', host: '127.0.0.1' },
          ...{ port: 1, database: 'orders', user: 'release', passwordFile },
        },
      ],
    }),
    'agent.yml',
  );
  if (read.kind === 'invalid') throw new Error(read.sentence);
  const { config } = read;
  const shown: string[] = [];
  const print = (line: string): void => void shown.push(line);
  for (const [name, value] of [
    ['shop-db', SECRET],
    ['shop-key', KEY],
  ] as const)
    await setSecret(config, name, piecesOf(value), print);
  await runEnroll(config, { url: server.url, code: server.code, name: 'canary' }, print);

  const opened = openState(home);
  if (opened.kind === 'failed') throw new Error(opened.end.sentence);
  const identity = readIdentity(opened.state.database);
  if (!identity) throw new Error('not enrolled');
  const keep = keepLog(statePaths(home).log);
  const written =
    (level: number): Log['info'] =>
    (msg, facts) =>
      keep(`${JSON.stringify({ level, time: 'now', ...facts, msg })}\n`);
  const agent = assembleAgent({
    config,
    file: 'agent.yml',
    state: opened.state,
    identity,
    log: { info: written(30), warn: written(40), error: written(50) },
  });
  // What no job may use is kept out of every text all the same.
  expect(await agent.centres.secrets.read('shop-key', 'SIT')).toMatchObject({
    sentence: expect.stringContaining('agent.yml does not allow the secret shop-key in SIT'),
  });
  await live(agent, said, () => app.outcome !== null);
  showStatus(config, print);
  await showLogs(
    config,
    { job: undefined, lines: 1_000, follow: false },
    print,
    AbortSignal.abort(),
  );
  const disk = filesBelow(home);
  opened.state.close();

  if (app.outcome === null) throw new Error('The job has no end.');
  const found = new Map([
    ...disk,
    ['sent', server.received.join('\n')],
    ['shown', shown.join('\n')],
  ]);
  return { entries: app.entries, outcome: app.outcome, logged: app.logged, found };
}

async function* piecesOf(value: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(value);
}

/** The host refuses in the words, which come over the local transport in two pieces. */
async function live(agent: Agent, said: string, isOver: () => boolean): Promise<void> {
  const middle = said.indexOf(SECRET) + 4;
  const halves = [said.slice(0, middle), said.slice(middle)];
  const talk = 'printf %s "$1" >&2; sleep 0.05; printf %s "$2" >&2; exit 1';
  const spoken = await localTransport().run(['sh', '-c', talk, 'sh', ...halves], { seconds: 20 });
  const sentence = spoken.kind === 'exited' ? spoken.stderr : 'lost';
  expect(sentence).toBe(said);
  const fleet = createFleet();
  fleet.refuse = (_host, act) =>
    act === 'stage' ? { kind: 'refused', failure: { class: 'transport', sentence } } : undefined;

  const stopping = new AbortController();
  const talkative: Agent = { ...agent, hosts: fleet, health: fleet, artifacts: anyPackage };
  const end = liveAgent(talkative, stopping.signal);
  for (const last = Date.now() + 20_000; !isOver() && Date.now() < last;)
    await machineClock.sleep(10);
  stopping.abort();
  await end;
}

const anyPackage: Agent['artifacts'] = {
  open: async ({ sha256 }) => ({
    kind: 'opened',
    artifact: {
      ...{ sha256, sizeBytes: 1, unpackedBytes: 1 },
      read: async function* () {
        yield Buffer.alloc(1);
      },
      close: async () => undefined,
    },
  }),
};

const filesBelow = (home: string): readonly (readonly [string, string])[] =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'latin1')] as const);

/** Which of the forbidden texts stand in it; files are read as bytes, so both spellings of a letter count. */
const leaksIn = (text: string): readonly string[] =>
  FORBIDDEN.filter(
    (secret) => text.includes(secret) || text.includes(Buffer.from(secret).toString('latin1')),
  );

let told: readonly Life[];
beforeAll(async () => {
  const all: Life[] = [];
  for (const said of SAID) all.push(await liveWith(said));
  told = all;
}, 60_000);

describe('a secret on the agent’s machine', () => {
  test('is in no byte that leaves it, in no file of its state and in no line that it shows [S0-47] [H42] [I17]', () => {
    for (const { found } of told) {
      expect([...found.keys()]).toEqual(
        expect.arrayContaining(['sent', 'shown', 'agent.log', 'journal.db', 'shop-db']),
      );
      for (const [place, text] of found) expect([place, leaksIn(text)]).toEqual([place, []]);
      for (const place of ['sent', 'shown', 'agent.log']) {
        expect([place, found.get(place)?.includes(CONTROL)]).toEqual([place, true]);
        expect([place, found.get(place)?.includes('[secret]')]).toEqual([place, true]);
      }
    }
  });

  test('leaves no half of itself where a sentence is cut', () => {
    const halves = [PASSWORD, SECRET].flatMap((secret) => [secret.slice(0, 6), secret.slice(-6)]);
    for (const { found } of told.slice(3)) {
      for (const [place, text] of found)
        expect([place, halves.filter((half) => text.includes(half))]).toEqual([place, []]);
    }
  });

  test('holds back no line: what came last arrives, without its line feed', () => {
    const texts = told[2]?.logged.flatMap(({ lines }) => lines.map(({ text }) => text)) ?? [];

    expect(texts).toContainEqual(expect.stringMatching(/last \[secret\]/));
    expect(texts.at(-1)).toContain('The work of a job is over.');
  });

  test('is in nothing that Jira keeps, shows or hands out for an audit [S0-47]', async () => {
    for (const { entries, outcome, logged } of told) {
      const world = await aReleaseWorld();
      await world.click('submit', REPORTER);
      await world.click('start', TESTER);
      const claim = await world.claim();
      const { job, fence } = claim;
      const report = {
        op: 'report',
        job,
        fence,
        seq: claim.lastSeq + 1,
        data: { entries },
      } as const;
      expect((await world.agent.call(report)).status).toBe(200);
      for (const data of logged)
        expect((await world.agent.call({ op: 'log', job, fence, data })).status).toBe(200);
      expect(await world.finish({ ...claim, lastSeq: claim.lastSeq + 1 }, outcome)).toBe(200);

      const issueId = world.issue.id;
      const kept = {
        rows: [...world.ports.memory.rows.values()],
        issue: world.issue,
        panel: await showRelease(world.ports, { issueId, accountId: TESTER }),
        log: await showLog(world.ports, { issueId, job }),
        audit: await exportAudit(world.ports, { issueId, from: 1 }),
      };
      for (const [place, value] of Object.entries(kept)) {
        const text = JSON.stringify(value);
        const spelled = FORBIDDEN.filter((secret) =>
          [secret, JSON.stringify(secret).slice(1, -1)].some((form) => text.includes(form)),
        );
        expect([place, spelled]).toEqual([place, []]);
      }
      for (const value of [kept.rows, kept.panel, kept.log, kept.audit])
        expect(JSON.stringify(value)).toContain(CONTROL);
    }
  }, 60_000);
});
