/** A whole agent as a process of its own, in a time of its own, that kills itself at the first of the named points. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { z } from 'zod';
import { liveAgent } from '../../../agent/agent-loop';
import { createAppClient } from '../../../agent/app-client';
import { centrePlaces } from '../../../agent/centres/centre-places';
import { createCentres } from '../../../agent/centres/centres';
import { withConfiguration } from '../../../agent/centres/configured-artifacts';
import { openState } from '../../../agent/cli/state-directory';
import { parseConfig } from '../../../agent/config';
import { createExchange } from '../../../agent/exchange';
import { createHealth } from '../../../agent/health';
import { createHosts } from '../../../agent/host/connect-hosts';
import { hostHelper } from '../../../agent/host/helper-text';
import { readIdentity } from '../../../agent/journal';
import { createArtifacts } from '../../../agent/packages';
import type { AppClient } from '../../../agent/ports/app';
import type { Hosts } from '../../../agent/ports/hosts';
import type { Log } from '../../../agent/ports/log';
import { createServerTime } from '../../../agent/server-time';
import type { Databases } from '../../../agent/sql/database';
import { createDatabase } from '../../../agent/sql/ledger-session';
import { openMysql } from '../../../agent/sql/mysql';
import { openPostgresql } from '../../../agent/sql/postgresql';
import { fastClock } from './fast-clock';
import { createPoints, OFFERED } from './points';
import type { Points } from './points';

/** What a life is started with. */
export const LifeOrder = z.object({
  configFile: z.string(),
  /** What the first points belong to. */
  stage: z.string(),
  /** Points, or `+7` for the seventh that it passes: it dies at whichever comes first; none: it tells what it passes. */
  killAt: z.array(z.string()),
  pace: z.number(),
  began: z.number(),
  from: z.number(),
  /** Hosts fail on purpose, so nobody needs to read that they do. */
  quiet: z.boolean(),
});
export type LifeOrder = z.infer<typeof LifeOrder>;

async function live(order: LifeOrder): Promise<void> {
  const { configFile: file, killAt } = order;
  const log = logOf(order);
  let passed = 0;
  const isDeadly = (point: string): boolean =>
    killAt.includes(point) || killAt.includes(`+${String(passed + 1)}`);
  // A pipe is written at once. Source: nodejs.org/api/process.html, «A note on process I/O».
  const tell = (line: string): void => void process.stdout.write(`${line}\n`);
  const points = createPoints(order.stage, {
    isDeadly,
    reach: (point) => {
      if (killAt.length === 0 || isDeadly(point)) tell(point);
      if (isDeadly(point)) process.kill(process.pid, 'SIGKILL');
      passed += 1;
    },
    offer: (call) => {
      if (killAt.length === 0) tell(`${OFFERED}${call}`);
    },
  });
  const parsed = parseConfig(readFileSync(file, 'utf8'), file);
  if (parsed.kind === 'invalid') throw new Error(parsed.sentence);
  const { config } = parsed;
  const { limits, hosts, stores, databases } = config;
  const opened = openState(config.stateDirectory);
  if (opened.kind === 'failed') throw new Error(opened.end.sentence);
  const { key, database, close } = opened.state;
  const identity = readIdentity(database);
  if (!identity) throw new Error('The agent is not enrolled.');

  const clock = fastClock(order.pace, order.began, order.from);
  const boot = randomBytes(8).toString('hex');
  const time = createServerTime(clock);
  const exchange = createExchange(config.url, limits);
  const app = createAppClient({ exchange, clock, time, key, boot, log }, identity, '1.0.0');
  const places = centrePlaces(config);
  const kept = createCentres(config.centres, places);
  const centres = {
    ...kept,
    merged: points.around(kept.merged, 'merged'),
    find: (id: string, environment: string) => {
      const store = kept.find(id, environment);
      return store && points.around(store, 'centre', 'all');
    },
  };
  const artifacts = withConfiguration(createArtifacts({ file, hosts, stores }, limits), {
    ...{ centres: kept, limits, directory: places.workshop },
  });
  let requests = 0;
  const stopping = new AbortController();
  process.once('SIGTERM', () => stopping.abort());
  await liveAgent(
    {
      clock,
      log,
      app: staged(points, points.around(app, 'app')),
      journal: points.journal(database),
      hosts: pointedHosts(points, createHosts(hostHelper(), limits, 'agent.yml')),
      artifacts: points.around(artifacts, 'package'),
      centres,
      databases: pointedDatabases(points, limits.connectSeconds),
      health: points.around(createHealth(clock), 'health'),
      redact: (text) => text,
      renewKey: async () => undefined,
      chance: () => 0.5,
      newRequestId: () => {
        requests += 1;
        return `${boot}.${String(requests)}`;
      },
      settings: { file, hosts, stores, databases, centres: config.centres, limits, identity },
    },
    stopping.signal,
  );
  close();
  // Connections to the app are kept open.
  process.exit(0);
}

/** What goes wrong in a life is for whoever reads the test's output. */
const logOf = ({ quiet }: LifeOrder): Log => ({
  info: () => undefined,
  warn: () => undefined,
  error: (message, facts) => {
    if (!quiet) console.error(message, facts);
  },
});

/** From a claim on, points belong to the claimed stage. */
const staged = (points: Points, app: AppClient): AppClient => ({
  ...app,
  claim: async (job, requestId) => {
    const result = await app.claim(job, requestId);
    if (result.kind === 'answered') points.stage = result.answer.stage;
    return result;
  },
});

const pointedHosts = (points: Points, hosts: Hosts): Hosts => ({
  connect: async (target) => {
    const line = await hosts.connect(target);
    if (line.kind === 'failed') return line;
    return { kind: 'connected', session: points.around(line.session, 'host', 'all') };
  },
});

/** Points lie around each word that a session says to its server. */
const pointedDatabases = (points: Points, connectSeconds: number): Databases => ({
  connect: async (rule) => {
    const password = readFileSync(rule.passwordFile, 'utf8').trim();
    const open = rule.engine === 'postgresql' ? openPostgresql : openMysql;
    const opened = await open(rule, { password, tls: undefined }, connectSeconds);
    if (opened.kind === 'failed') {
      return { kind: 'failed', failure: { class: 'transport', sentence: opened.reason } };
    }
    const session = points.around(opened.session, 'database', 'run');
    return { kind: 'connected', database: createDatabase(session, opened.dialect) };
  },
});

if (require.main === module) void live(LifeOrder.parse(JSON.parse(process.argv[2] ?? '')));
