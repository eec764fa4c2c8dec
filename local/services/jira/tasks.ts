import type { DatabaseSync } from 'node:sqlite';
import { type Row, text, whole } from '../../columns';
import { change, nextNumber, row } from './table';

/** Something that Jira does later; what it brings about counts from its end. */
export interface Task {
  readonly id: number;
  readonly description: string;
  /** Account id. */
  readonly submitter: string;
  readonly submittedMs: number;
  readonly finishedMs: number;
}

const readTask = (from: Row): Task => ({
  id: whole(from, 'id'),
  description: text(from, 'description'),
  submitter: text(from, 'submitter'),
  submittedMs: whole(from, 'submitted_ms'),
  finishedMs: whole(from, 'finished_ms'),
});

export function createTask(database: DatabaseSync, fresh: Omit<Task, 'id'>): Task {
  const id = nextNumber(database, 'task');
  change(
    database,
    `INSERT INTO jira_task (id, description, submitter, submitted_ms, finished_ms)
     VALUES (?, ?, ?, ?, ?)`,
    id,
    fresh.description,
    fresh.submitter,
    fresh.submittedMs,
    fresh.finishedMs,
  );
  return { id, ...fresh };
}

export function taskById(database: DatabaseSync, id: number): Task | undefined {
  return row(database, 'SELECT * FROM jira_task WHERE id = ?', [id], readTask);
}
