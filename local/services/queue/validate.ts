/** What a push must look like. Source: @forge/events 3.0.8, out/queue.js and out/validators.js. */
import { z } from 'zod';
import { DELAY_MAX_SECONDS, EVENTS_PER_PUSH, LONG_EVENT_MAX_BYTES, PUSH_MAX_BYTES } from './limits';

const Pushed = z.object({
  body: z.record(z.string(), z.unknown()),
  delayInSeconds: z.number().min(0).max(DELAY_MAX_SECONDS).optional(),
  concurrency: z.object({ key: z.string().min(1), limit: z.number().int().min(1) }).optional(),
});
export type Pushed = z.output<typeof Pushed>;

export const PushRequest = z.object({
  queueName: z.string(),
  jobId: z.string(),
  type: z.literal('avi:forge:app:event'),
  schema: z.literal('ari:cloud:ecosystem::forge/app-event-2'),
  payload: z.array(Pushed).min(1).max(EVENTS_PER_PUSH),
});
export const JobRequest = z.object({ queueName: z.string(), jobId: z.string() });

/** Whether a push as a whole is too large. */
export function isTooLarge(payload: readonly Pushed[]): boolean {
  return Buffer.byteLength(JSON.stringify(payload)) > PUSH_MAX_BYTES;
}

/** What is wrong with a single event for a consumer that may run this long. */
export function eventProblem(event: Pushed, consumerSeconds: number): string | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(event));
  if (consumerSeconds <= 55 || bytes <= LONG_EVENT_MAX_BYTES) return undefined;
  return `The event has ${bytes} bytes; a consumer with a timeout above 55 seconds takes ${LONG_EVENT_MAX_BYTES}.`;
}
