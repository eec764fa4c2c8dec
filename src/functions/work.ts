/** Later work from the queue: at least once, unordered. */
import { z } from 'zod';
import type { InvocationError } from '@forge/events';
import type { Ports, Task } from '#app/ports';
import { recheck } from '#app/recheck';
import { reconcile } from '#app/reconcile';
import { refreshProject } from '#app/refresh-project';
import { workOutbox, WORKING_SECONDS } from '#app/work-outbox';
import { portsOf } from '#forge/ports';
import { retryLater } from '#forge/retry';
import { TaskSchema } from '#wire/task';

const QueueEvent = z.object({
  body: TaskSchema,
  retryContext: z.object({ retryCount: z.int() }).nullish(),
});

/** Jira was not ready: soon again. Somebody else is at it: when they must have ended. */
const AGAIN_SECONDS = { again: 2, busy: WORKING_SECONDS } as const;

/** After so many failures a task is left to the sweep, which finds whatever is still to do. */
const RETRIES_MAX = 5;

export async function work(
  payload: unknown,
  context: unknown,
): Promise<InvocationError | undefined> {
  const ports = portsOf(context);
  const event = QueueEvent.safeParse(payload);
  if (!event.success) {
    ports.log.warn('A task of an unknown form was dropped.', {
      error: z.prettifyError(event.error),
    });
    return undefined;
  }
  const { body: task, retryContext } = event.data;
  try {
    await perform(ports, task);
    return undefined;
  } catch (error) {
    if ((retryContext?.retryCount ?? 0) < RETRIES_MAX)
      return retryLater(ports.log, `The task ${task.type}`, error);
    ports.log.warn(`The task ${task.type} is left to the sweep.`, { ...task });
    return undefined;
  }
}

async function perform(ports: Ports, task: Task): Promise<void> {
  switch (task.type) {
    case 'work-outbox': {
      const end = await workOutbox(ports, task.issueId);
      if (end !== 'done') await ports.queue.push(task, AGAIN_SECONDS[end]);
      return;
    }
    case 'reconcile':
      return reconcile(ports, task.issueId);
    case 'recheck':
      return recheck(ports, task.issueId);
    case 'refresh-project':
      return refreshProject(ports, task.project);
  }
}
