import { whole } from '../../columns';
import type { Desk } from './desk';
import { customValues } from './issue-values';
import { type Issue, readIssue } from './issues';
import type { Sql } from './jql/compile';
import { change, rows } from './table';

/**
 * How old the picture is that a search sees, unless the host says otherwise. Source: the text of
 * search/jql, "Recent updates might not be immediately visible"; the figure is ours, and rude.
 */
const STALE_MS = 2_000;

/** Brings the index up to what it may know by now; the issues in `fresh` are taken over at once. */
export function refreshIndex(desk: Desk, fresh: readonly number[]): void {
  const staleMs = desk.searchStaleMs?.() ?? STALE_MS;
  const marks = fresh.map(() => '?').join(', ');
  const changed = rows(
    desk.database,
    `SELECT j.* FROM jira_issue j LEFT JOIN jira_search i ON i.issue_id = j.id
     WHERE (i.version_ms IS NULL OR i.version_ms <> j.updated_ms)
       AND (j.updated_ms <= ? OR j.id IN (${marks}))`,
    [desk.clock.now() - staleMs, ...fresh],
    readIssue,
  );
  for (const issue of changed) takeOver(desk, issue);
}

function takeOver(desk: Desk, issue: Issue): void {
  change(
    desk.database,
    `INSERT OR REPLACE INTO jira_search (issue_id, project_id, type_id, status_id, parent_id,
       summary, reporter, assignee, created_ms, updated_ms, version_ms, fields)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    issue.id,
    issue.projectId,
    issue.typeId,
    issue.statusId,
    issue.parentId,
    issue.summary,
    issue.reporter,
    issue.assignee,
    issue.createdMs,
    issue.updatedMs,
    issue.updatedMs,
    JSON.stringify(customValues(desk.database, issue.id)),
  );
}

export interface Hit {
  readonly issueId: number;
  readonly projectId: number;
}

/** The issues that match, in order. Deleted issues are never found. */
export function searchIndex(desk: Desk, { where, values, orderBy }: Sql): readonly Hit[] {
  return rows(
    desk.database,
    `SELECT i.issue_id, i.project_id FROM jira_search i JOIN jira_issue j ON j.id = i.issue_id
     WHERE ${where} ORDER BY ${orderBy}`,
    values,
    (from) => ({
      issueId: whole(from, 'issue_id'),
      projectId: whole(from, 'project_id'),
    }),
  );
}
