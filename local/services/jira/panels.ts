import type { DatabaseSync } from 'node:sqlite';
import { whole } from '../../columns';
import { change, row } from './table';

/** Whether issues of a project show one of the app's panels without anybody adding it. */
export function isPinned(
  database: DatabaseSync,
  projectId: number,
  moduleKey: string,
  nowMs: number,
): boolean {
  const pinned = row(
    database,
    // Until its moment has come, the contrary of what was asked for is the case.
    'SELECT (from_ms <= ?) = pinned AS is_pinned FROM jira_panel WHERE project_id = ? AND module_key = ?',
    [nowMs, projectId, moduleKey],
    (from) => whole(from, 'is_pinned'),
  );
  return pinned === 1;
}

/** Shows the panel from a moment on, or no longer. */
export function setPinned(
  database: DatabaseSync,
  wanted: {
    readonly projectId: number;
    readonly moduleKey: string;
    readonly isPinned: boolean;
    readonly fromMs: number;
  },
): void {
  change(
    database,
    `INSERT INTO jira_panel (project_id, module_key, pinned, from_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (project_id, module_key)
     DO UPDATE SET pinned = excluded.pinned, from_ms = excluded.from_ms`,
    wanted.projectId,
    wanted.moduleKey,
    wanted.isPinned ? 1 : 0,
    wanted.fromMs,
  );
}
