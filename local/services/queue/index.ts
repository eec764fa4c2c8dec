/** The async events API below @forge/events: push, statistics, cancel; then the consumer, at least once. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { deadlineSeconds } from '../../limits';
import type { ServiceRequest, ServiceResponse } from '../service';
import { receive, type Item, type QueueParts } from './consume';
import { CYCLIC_MAX_DEPTH, EVENTS_PER_MINUTE } from './limits';
import { createSlots } from './slots';
import { createQueueStore, type QueueStore } from './store';
import { eventProblem, isTooLarge, JobRequest, PushRequest, type Pushed } from './validate';

export interface Queues {
  /** `/webhook/queue/{publish,stats,cancel}/…`; `depth` = consumers in a row that led to this call. */
  handle(request: ServiceRequest, depth: number): Promise<ServiceResponse>;
}

const LANE = 'queue';

export function createQueues(parts: QueueParts): Queues {
  const store = createQueueStore(parts.database);
  const slots = createSlots();
  const minute = { window: 0, events: 0 };
  parts.delivery.open(LANE, {
    rudeness: parts.rudeness,
    receive: (parcel) => receive(parts, store, slots, parcel),
  });

  const admit = (events: number): boolean => {
    const window = Math.floor(parts.clock.now() / 60_000);
    if (window !== minute.window) Object.assign(minute, { window, events: 0 });
    if (minute.events + events > EVENTS_PER_MINUTE) return false;
    minute.events += events;
    return true;
  };

  return {
    async handle(request, depth) {
      const action = /^\/webhook\/queue\/(publish|stats|cancel)\//.exec(request.path)?.[1];
      const body: unknown = JSON.parse(request.body.toString() || '{}');
      if (action === 'publish') return push(parts, store, admit, body, depth);
      const job = JobRequest.safeParse(body);
      if (!job.success) return malformed(job.error);
      const { queueName, jobId } = job.data;
      const statistics = store.statistics(queueName, jobId);
      if (statistics === undefined)
        return { status: 404, body: { message: 'The job was not found.' } };
      if (action === 'stats') return { status: 200, body: statistics };
      store.cancel(queueName, jobId);
      return { status: 204 };
    },
  };
}

function malformed(error: z.ZodError): ServiceResponse {
  return { status: 400, body: { message: z.prettifyError(error) } };
}

function push(
  parts: QueueParts,
  store: QueueStore,
  admit: (events: number) => boolean,
  body: unknown,
  depth: number,
): ServiceResponse {
  const request = PushRequest.safeParse(body);
  if (!request.success) return malformed(request.error);
  const { queueName, jobId, payload } = request.data;
  const consumer = parts.consumers.get(queueName);
  if (consumer === undefined) {
    return {
      status: 400,
      body: { message: `No consumer module of the manifest reads the queue "${queueName}".` },
    };
  }
  if (isTooLarge(payload))
    return { status: 413, body: { errorMessage: 'The maximum payload size is 200KB.' } };
  if (depth >= CYCLIC_MAX_DEPTH)
    return { status: 405, body: { message: 'The limit on cyclic invocation has been reached.' } };
  if (!admit(payload.length)) return { status: 429, body: { message: 'Too many requests.' } };

  const seconds = deadlineSeconds('consumer', consumer.timeoutSeconds);
  const failedEvents = payload.flatMap((event, index) => {
    const errorMessage = eventProblem(event, seconds);
    if (errorMessage !== undefined) return [{ index: String(index), errorMessage }];
    accept(parts, store, { queueName, jobId, event, depth });
    return [];
  });
  return failedEvents.length === 0
    ? { status: 201, body: {} }
    : { status: 202, body: { failedEvents } };
}

function accept(
  { delivery }: QueueParts,
  store: QueueStore,
  {
    queueName,
    jobId,
    event,
    depth,
  }: { queueName: string; jobId: string; event: Pushed; depth: number },
): void {
  const eventId = randomUUID();
  store.add(queueName, jobId, eventId);
  const item: Item = { ...event, queueName, jobId, eventId, depth, failures: 0 };
  delivery.send(LANE, item, (event.delayInSeconds ?? 0) * 1_000);
}
