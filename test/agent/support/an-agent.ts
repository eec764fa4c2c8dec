/** An agent whose outside world is in memory; its journal is the real one. */
import { DatabaseSync } from 'node:sqlite';
import { parseConfig } from '../../../agent/config';
import { createJournal } from '../../../agent/journal';
import { createTables } from '../../../agent/journal-database';
import type { Centres } from '../../../agent/centres/centres';
import type { Agent } from '../../../agent/ports/agent';
import type { Artifacts } from '../../../agent/ports/artifacts';
import type { Health } from '../../../agent/ports/health';
import type { Hosts } from '../../../agent/ports/hosts';
import type { Journal } from '../../../agent/ports/journal';
import type { Log } from '../../../agent/ports/log';
import type { AppClient } from '../../../agent/ports/app';
import type { Clock } from '../../../agent/ports/clock';
import { IDENTITY } from './fake-app';
import { NO_CENTRES } from './no-centres';
import { NO_DATABASES } from './no-databases';

const CONFIG = `
url: http://127.0.0.1:1/x1/agent
stateDirectory: /var/lib/interlock
name: test agent
hosts:
  - match: 10.0.0.0/16
    ports: [22]
    user: deploy
    key: /etc/interlock/id
    knownHosts: /etc/interlock/known_hosts
    environments: [SIT]
    basePath: /srv
    probePorts: [8080]
stores:
  - id: packages
    kind: directory
    path: /srv/packages
limits:
  healthSeconds: 5
`;

export const silent: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A journal in memory, in a database that outlives the agent. */
export function aJournal(): { readonly journal: Journal; readonly database: DatabaseSync } {
  const database = new DatabaseSync(':memory:');
  createTables(database);
  return { journal: createJournal(database), database };
}

/** Packages that are always there and always sound. */
const artifacts: Artifacts = {
  open: async ({ sha256 }) => ({
    kind: 'opened',
    artifact: {
      sha256,
      sizeBytes: 10,
      unpackedBytes: 20,
      read: async function* () {
        yield Buffer.alloc(10);
      },
      close: async () => undefined,
    },
  }),
};

interface Parts {
  readonly clock: Clock;
  readonly app: AppClient;
  readonly journal: Journal;
  readonly fleet: Hosts & Health;
  readonly artifacts?: Artifacts;
  readonly centres?: Centres;
}

let boots = 0;

/** One life of the agent. */
export function anAgent(parts: Parts): Agent {
  const parsed = parseConfig(CONFIG, '/etc/interlock/agent.yml');
  if (parsed.kind !== 'config') throw new Error(parsed.sentence);
  const { hosts, stores, databases, centres, limits } = parsed.config;
  boots += 1;
  const boot = boots;
  let requests = 0;
  return {
    clock: parts.clock,
    app: parts.app,
    journal: parts.journal,
    hosts: parts.fleet,
    health: parts.fleet,
    artifacts: parts.artifacts ?? artifacts,
    centres: parts.centres ?? NO_CENTRES,
    databases: NO_DATABASES,
    log: silent,
    redact: (text) => text,
    renewKey: async () => undefined,
    chance: () => 0.5,
    newRequestId: () => {
      requests += 1;
      return `boot${boot}.${requests}`;
    },
    settings: {
      file: '/etc/interlock/agent.yml',
      hosts,
      stores,
      databases,
      centres,
      limits,
      identity: IDENTITY,
    },
  };
}
