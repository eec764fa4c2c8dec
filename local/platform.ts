/** Forge's services as one host has them: store, queues, web triggers, schedules and events, with the knobs applied. */
import type { DatabaseSync } from 'node:sqlite';
import { happens, type SeededChance } from './chance';
import type { HostClock } from './clock';
import type { Delivery } from './delivery';
import type { KnobBoard } from './faults';
import type { Gaps } from './gaps';
import type { Installation } from './installation';
import type { Invoker } from './invoke';
import type { Manifest } from './manifest';
import type { Capability } from './proxy';
import { createKvs, kvsCallKind } from './services/kvs/index';
import { createEvents } from './services/product-events/index';
import type { Consumer } from './services/queue/consume';
import { createQueues } from './services/queue/index';
import { startSchedules } from './services/scheduled-trigger/index';
import type { AppEvent, Log } from './services/service';
import { createWebTriggers, type WebTriggers } from './services/web-trigger/index';

export interface PlatformParts {
  readonly database: DatabaseSync;
  readonly clock: HostClock;
  readonly chance: SeededChance;
  readonly manifest: Manifest;
  readonly installation: Installation;
  readonly knobs: KnobBoard;
  readonly delivery: Delivery;
  readonly siteUrl: string;
  readonly gaps: Gaps;
  readonly call: Invoker['call'];
  readonly log: Log;
}

export interface Platform {
  readonly kvs: Capability;
  /** Atlassian's gateway: queues and GraphQL. */
  readonly stargate: Capability;
  readonly webTriggers: WebTriggers;
  readonly deliver: (event: AppEvent) => void;
  /** From now on schedules run and waiting parcels arrive. */
  start(): void;
}

export function createPlatform(parts: PlatformParts): Platform {
  const { manifest, knobs, delivery } = parts;
  const ofType = (type: string) => manifest.modules.filter((module) => module.type === type);
  const { call, log } = parts;
  const deliver = createEvents({
    delivery,
    call,
    log,
    rudeness: (kind) =>
      knobs.current()[kind === 'post-function' ? 'postFunctions' : 'productEvents'],
  });
  const queues = createQueues({
    ...parts,
    consumers: consumersOf(manifest),
    rudeness: () => ({ ...knobs.current().queue, lost: 0 }),
  });
  const webTriggers = createWebTriggers({ ...parts, triggers: ofType('webtrigger') });
  return {
    kvs: storeOf(parts),
    stargate: async (request, invocation) => {
      if (request.path.startsWith('/webhook/queue/'))
        return queues.handle(request, invocation.queueDepth);
      const answer = request.path === '/graphql' ? webTriggers.graphql(request) : undefined;
      return (
        answer ?? parts.gaps.report(`${request.method} ${request.path} of Atlassian's gateway`)
      );
    },
    webTriggers,
    deliver,
    start() {
      delivery.start();
      startSchedules({
        ...parts,
        chance: parts.chance.fork('schedules'),
        triggers: ofType('scheduledTrigger'),
        timeoutSeconds: (functionKey) => manifest.functions.get(functionKey)?.timeoutSeconds,
        rudeness: () => ({ ...knobs.current().schedules, lost: 0 }),
        cloudId: parts.installation.cloudId,
      });
    },
  };
}

function storeOf({ database, clock, chance, manifest, knobs }: PlatformParts): Capability {
  const dice = chance.fork('store');
  const kvs = createKvs({
    database,
    clock,
    entities: manifest.entities,
    allowed: manifest.scopes.includes('storage:app'),
    staleMs: () => knobs.current().queries.staleMs,
    expiredKeptMs: () => knobs.current().store.expiredKeptMs,
    mishap(kind) {
      const { conflict, tooManyRequests, serverError } = knobs.current().store;
      if (happens(dice, serverError)) return 'INTERNAL_SERVER_ERROR';
      if (happens(dice, tooManyRequests))
        return kind === 'transaction' ? 'TOO_MANY_REQUESTS' : 'RATE_LIMIT_EXCEEDED';
      return kind === 'transaction' && happens(dice, conflict) ? 'TRANSACTION_CONFLICT' : undefined;
    },
  });
  return (request, { usage }) => {
    if (kvsCallKind(request.path) === 'read') usage.storeReads += 1;
    else usage.storeWrites += 1;
    return kvs.handle(request);
  };
}

function consumersOf(manifest: Manifest): ReadonlyMap<string, Consumer> {
  const consumers = manifest.modules.filter(({ type }) => type === 'consumer');
  return new Map(
    consumers.map(({ key, properties }) => {
      const functionKey = String(properties['function']);
      const timeoutSeconds = manifest.functions.get(functionKey)?.timeoutSeconds;
      return [String(properties['queue']), { moduleKey: key, functionKey, timeoutSeconds }];
    }),
  );
}
