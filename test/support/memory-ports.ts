/** All ports in memory: the use cases of the app run on them as they run on Forge, and everything is counted. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { checkTransition } from '#app/check-transition';
import { recheck } from '#app/recheck';
import { reconcile } from '#app/reconcile';
import { refreshProject } from '#app/refresh-project';
import { workOutbox } from '#app/work-outbox';
import type { Ports, Store, Task } from '#app/ports';
import { createCrypto } from '#forge/crypto';
import { NOW } from './builders';
import { createMemoryJira } from './memory-jira';
import type { MemoryJira } from './memory-jira';
import { createMemoryStore } from './memory-store';
import type { MemoryStore, MemoryStoreParts } from './memory-store';

/** A task that is to come sooner comes at once. */
const LONG_DELAY_SECONDS = 60;

const AUDIENCE = 'ari:cloud:jira::site/memory';

export interface MemoryPorts extends Ports {
  readonly jira: MemoryJira;
  readonly memory: MemoryStore;
  readonly tasks: Task[];
  readonly warnings: string[];
  /** Requests to the store since the last reset: a transaction is one write, a text as many as it has pieces and one more. */
  readonly cost: { reads: number; writes: number };
  resetCost(): void;
  pass(seconds: number): void;
  /** The next push fails. */
  queueIsDown: boolean;
  /** Called before each transaction: a test writes there what somebody faster would write. */
  meanwhile: (() => Promise<void>) | undefined;
  /** Does the queued tasks until none is left, each at most so often; one with a long delay waits for its time. */
  drain(roundsMax?: number): Promise<void>;
}

export function createMemoryPorts(parts: MemoryStoreParts = {}): MemoryPorts {
  const cost = { reads: 0, writes: 0 };
  const memory = createMemoryStore({
    ...parts,
    onValue: (kind) => {
      if (kind === 'read') cost.reads += 1;
      else cost.writes += 1;
    },
  });
  const tasks: Task[] = [];
  const delayed: { readonly task: Task; readonly dueAt: number }[] = [];
  const warnings: string[] = [];
  const appKey = generateKeyPairSync('ed25519');
  let now = NOW;

  const ports: MemoryPorts = {
    memory,
    store: counted(memory, cost, () => ports.meanwhile?.()),
    jira: createMemoryJira((question) => checkTransition(ports, question)),
    tasks,
    warnings,
    cost,
    resetCost: () => {
      cost.reads = 0;
      cost.writes = 0;
      ports.jira.calls.length = 0;
    },
    queueIsDown: false,
    meanwhile: undefined,
    queue: {
      push: async (task, delaySeconds = 0) => {
        if (ports.queueIsDown) throw new Error('The queue is down.');
        if (delaySeconds < LONG_DELAY_SECONDS) tasks.push(task);
        else delayed.push({ task, dueAt: now + delaySeconds });
      },
    },
    crypto: {
      ...createCrypto(),
      signAsApp: async (text) =>
        sign(null, Buffer.from(text), appKey.privateKey).toString('base64'),
      appKey: async () =>
        Buffer.from(String(appKey.publicKey.export({ format: 'jwk' }).x), 'base64url').toString(
          'base64',
        ),
    },
    clock: { now: () => now },
    pass: (seconds) => {
      now += seconds;
    },
    log: {
      info: () => undefined,
      warn: (message, facts) => {
        warnings.push(`${message} ${JSON.stringify(facts ?? {})}`);
      },
    },
    triggers: { agentUrl: async () => 'https://example.test/agent' },
    audience: AUDIENCE,
    async drain(roundsMax = 20) {
      const due = delayed.filter(({ dueAt }) => dueAt <= now);
      for (const row of due) delayed.splice(delayed.indexOf(row), 1);
      tasks.push(...due.map(({ task }) => task));
      for (let round = 0; tasks.length > 0; round += 1) {
        if (round >= roundsMax) throw new Error(`Tasks are left: ${JSON.stringify(tasks)}`);
        // Two tasks for the same thing are one: the queue may deliver them in any order anyway.
        const batch = [...new Map(tasks.splice(0).map((task) => [JSON.stringify(task), task]))];
        for (const [, task] of batch) await perform(ports, task);
      }
    },
  };
  return ports;
}

async function perform(ports: MemoryPorts, task: Task): Promise<void> {
  switch (task.type) {
    case 'work-outbox':
      if ((await workOutbox(ports, task.issueId)) === 'again') {
        ports.pass(2);
        ports.tasks.push(task);
      }
      return;
    case 'reconcile':
      return reconcile(ports, task.issueId);
    case 'recheck':
      return recheck(ports, task.issueId);
    case 'refresh-project':
      return refreshProject(ports, task.project);
  }
}

/** Source: storage-reference/entities-batch (read 2026-11-21). */
const KEYS_PER_REQUEST = 25;

/**
 * The store with every request counted once, a batch too, as Forge counts them. Source: limits-kvs-ce (read 2026-11-20),
 * and entities-api: batches "use rate limits more efficiently". Requests above 10 KB, as of texts, count more in Forge.
 */
function counted(
  store: MemoryStore,
  cost: { reads: number; writes: number },
  meanwhile: () => Promise<void> | undefined,
): Store {
  const read = <Answer>(answer: Promise<Answer>) => ((cost.reads += 1), answer);
  const write = <Answer>(answer: Promise<Answer>) => ((cost.writes += 1), answer);
  return {
    ...store,
    get: (entity, key) => read(store.get(entity, key)),
    getMany: (places) => {
      const distinct = new Set(places.map(({ entity, key }) => `${entity} ${key}`));
      cost.reads += Math.ceil(distinct.size / KEYS_PER_REQUEST);
      return store.getMany(places);
    },
    create: (entity, key, record) => write(store.create(entity, key, record)),
    transact: async (changes) => {
      await meanwhile();
      return write(store.transact(changes));
    },
    list: (entity, query) => read(store.list(entity, query)),
  };
}
