/** The Queue port over Forge's async events. */
import { Queue as ForgeQueue } from '@forge/events';
import type { Queue, Task } from '#app/ports';

/** The consumer `work` of the manifest reads it. */
const QUEUE_KEY = 'work';

/** Forge could not take a task. */
class QueueError extends Error {
  readonly retryable = true;

  constructor(task: Task, cause: unknown) {
    super(`Forge's queue did not take ${JSON.stringify(task)}: ${String(cause)}.`, {
      cause,
    });
    this.name = 'QueueError';
  }
}

/** One task at a time works on an issue's Jira effects, because they have an order. */
export const queue: Queue = {
  async push(task, delaySeconds = 0) {
    const concurrency =
      task.type === 'work-outbox'
        ? { concurrency: { key: `outbox-${task.issueId}`, limit: 1 } }
        : {};
    try {
      await new ForgeQueue({ key: QUEUE_KEY }).push({
        body: { ...task },
        delayInSeconds: delaySeconds,
        ...concurrency,
      });
    } catch (error) {
      throw new QueueError(task, error);
    }
  },
};
