/** One start of the agent: its own code, with a world in memory behind each of its ports. */
import { createAppClient } from '../../agent/app-client';
import type { Exchange } from '../../agent/app-client';
import type { Centres } from '../../agent/centres/centres';
import { parseConfig } from '../../agent/config';
import type { Agent, Identity } from '../../agent/ports/agent';
import type { JobRef } from '../../agent/ports/app';
import type { Clock } from '../../agent/ports/clock';
import type { Hosts } from '../../agent/ports/hosts';
import type { Journal } from '../../agent/ports/journal';
import type { Log } from '../../agent/ports/log';
import { createKeyRenewal } from '../../agent/renew-key';
import { createServerTime } from '../../agent/server-time';
import type { Databases } from '../../agent/sql/database';
import { journalOf } from './agent-waits';
import type { FakeHost } from './fake-host';
import type { KeyDisk } from './key-disk';
import type { MachineClock } from './machine-clock';
import { artifactsFor, healthFor } from './packages';
import type { Life } from './scheduler';
import type { Sim } from './sim';
import type { Precision } from './watch-effects';

/** What a start of the agent reaches from its machine. */
export interface Surroundings {
  readonly hosts: readonly FakeHost[];
  connectHosts(life: Life): Hosts;
  exchange(life: Life): Exchange;
  databases(life: Life): Databases;
  centres(life: Life): Centres;
  /** Told what the agent is about to do to a host. */
  means(ref: JobRef, what: string, precision: Precision): void;
}

/** Where it starts, and with what. */
export interface Start {
  /** What stays on its machine. */
  readonly kept: { readonly keys: KeyDisk; readonly identity: Identity; readonly journal: Journal };
  readonly machineClock: MachineClock;
  readonly clock: Clock;
  /** Until when nothing more fits on its disk. */
  readonly disk: { fullUntil: number };
  readonly surroundings: Surroundings;
}

/** agent.yml, read by the agent's own reader. */
const CONFIG = parseConfig(
  `
url: https://example.atlassian.net/x/agent
stateDirectory: /var/lib/interlock
name: simulated
hosts:
  - { match: 10.0.0.0/8, user: deploy, key: /k, knownHosts: /n, environments: [SIT, PROD], basePath: /srv, probePorts: [8080] }
databases:
  - { id: orders, environments: [SIT], engine: postgresql, host: 10.9.1.1, port: 5432, database: orders, user: u, passwordFile: /p }
  - { id: orders, environments: [PROD], engine: postgresql, host: 10.9.2.1, port: 5432, database: orders, user: u, passwordFile: /p }
limits: { healthSeconds: 15, idleSessionSeconds: 15 }
`,
  'agent.yml',
);

/** Nobody tampers with histories here, unless agents pin an attacker's key: who cries wolf has found one that went back. */
const watchLog = (sim: Sim): Log => ({
  info: () => undefined,
  warn: () => undefined,
  error: (message, facts) => {
    if (facts?.['tampering'] === true && !sim.isOff('decision')) sim.violated('I13', message);
  },
});

export function assembleAgent(sim: Sim, life: Life, start: Start): Agent {
  const { kept, machineClock, clock, disk, surroundings } = start;
  if (CONFIG.kind === 'invalid') throw new Error(CONFIG.sentence);
  const { keys, identity } = kept;
  const log = watchLog(sim);
  const ring = keys.ring();
  const files = keys.filesFor(life, { disk, wallMilliseconds: clock.wallMilliseconds });
  const sender = {
    exchange: surroundings.exchange(life),
    clock,
    time: createServerTime(clock),
    key: ring,
    boot: sim.chance.letters(12),
    log,
  };
  const app = createAppClient(sender, identity, '1.0.0');
  return {
    clock,
    app,
    journal: journalOf(sim, life, kept.journal, {
      disk,
      means: (intent) =>
        surroundings.means(
          intent,
          `${intent.act} on ${intent.host}`,
          machineClock.lies() ? 'clocks-lie' : 'at-once',
        ),
    }),
    hosts: surroundings.connectHosts(life),
    artifacts: artifactsFor(sim, life),
    centres: surroundings.centres(life),
    databases: surroundings.databases(life),
    health: healthFor(sim, life, surroundings.hosts),
    log,
    redact: (text) => text,
    renewKey: createKeyRenewal({ files, ring, app, clock, log, identity, days: keys.days }),
    chance: sim.chance.next,
    newRequestId: () => sim.chance.letters(20),
    settings: {
      file: 'agent.yml',
      hosts: CONFIG.config.hosts,
      stores: CONFIG.config.stores,
      databases: CONFIG.config.databases,
      centres: CONFIG.config.centres,
      limits: CONFIG.config.limits,
      identity,
    },
  };
}
