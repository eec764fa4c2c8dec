/** The events of the queues and how each ended, for the statistics of a job. */
import type { DatabaseSync } from 'node:sqlite';
import { whole } from '../../columns';

export type EventState = 'in-progress' | 'success' | 'failed' | 'cancelled';

export interface JobStatistics {
  readonly success: number;
  readonly inProgress: number;
  readonly failed: number;
}

export interface QueueStore {
  add(queueName: string, jobId: string, eventId: string): void;
  end(eventId: string, state: EventState): void;
  isCancelled(eventId: string): boolean;
  /** Undefined for a job that this queue never had. */
  statistics(queueName: string, jobId: string): JobStatistics | undefined;
  cancel(queueName: string, jobId: string): void;
}

export function createQueueStore(database: DatabaseSync): QueueStore {
  database.exec(`
    CREATE TABLE IF NOT EXISTS queue_event (
      event_id TEXT PRIMARY KEY, queue_name TEXT NOT NULL, job_id TEXT NOT NULL, state TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS queue_event_job ON queue_event (queue_name, job_id);
  `);
  const insert = database.prepare(`INSERT INTO queue_event VALUES (?, ?, ?, 'in-progress')`);
  const update = database.prepare(
    `UPDATE queue_event SET state = ? WHERE event_id = ? AND state = 'in-progress'`,
  );
  const cancelled = database.prepare(
    `SELECT 1 FROM queue_event WHERE event_id = ? AND state = 'cancelled'`,
  );
  const count = database.prepare(`
    SELECT count(*) AS total, sum(state = 'success') AS success, sum(state = 'in-progress') AS in_progress,
      sum(state IN ('failed', 'cancelled')) AS failed
    FROM queue_event WHERE queue_name = ? AND job_id = ?`);
  const cancelJob = database.prepare(
    `UPDATE queue_event SET state = 'cancelled' WHERE queue_name = ? AND job_id = ? AND state = 'in-progress'`,
  );
  return {
    add: (queueName, jobId, eventId) => void insert.run(eventId, queueName, jobId),
    end: (eventId, state) => void update.run(state, eventId),
    isCancelled: (eventId) => cancelled.get(eventId) !== undefined,
    statistics(queueName, jobId) {
      const row = count.get(queueName, jobId) ?? {};
      if (whole(row, 'total') === 0) return undefined;
      return {
        success: whole(row, 'success'),
        inProgress: whole(row, 'in_progress'),
        failed: whole(row, 'failed'),
      };
    },
    cancel: (queueName, jobId) => void cancelJob.run(queueName, jobId),
  };
}
