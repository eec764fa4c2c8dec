import type { DatabaseSync } from 'node:sqlite';

/** Every table of Jira's. Times are epoch milliseconds, structured values are JSON text. */
const TABLES = `
CREATE TABLE IF NOT EXISTS jira_sequence (name TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS jira_user (
  account_id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, email TEXT NOT NULL,
  display_name TEXT NOT NULL, account_type TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jira_group (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS jira_group_member (
  group_id TEXT NOT NULL, account_id TEXT NOT NULL, PRIMARY KEY (group_id, account_id)) STRICT;
CREATE TABLE IF NOT EXISTS jira_session (
  token_hash TEXT PRIMARY KEY, account_id TEXT NOT NULL, csrf TEXT NOT NULL,
  expires_ms INTEGER NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS jira_role (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jira_role_actor (
  project_id INTEGER NOT NULL, role_id INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL,
  PRIMARY KEY (project_id, role_id, kind, actor)) STRICT;
CREATE TABLE IF NOT EXISTS jira_permission_scheme (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jira_permission_grant (
  id INTEGER PRIMARY KEY, scheme_id INTEGER NOT NULL, permission TEXT NOT NULL,
  holder_type TEXT NOT NULL, holder TEXT) STRICT;

CREATE TABLE IF NOT EXISTS jira_project (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL, type_key TEXT NOT NULL, lead TEXT NOT NULL,
  permission_scheme_id INTEGER NOT NULL, workflow_scheme_id INTEGER NOT NULL,
  last_issue_number INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS jira_issue_type (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL,
  subtask INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jira_issue_type_scheme (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jira_issue_type_scheme_item (
  scheme_id INTEGER NOT NULL, type_id INTEGER NOT NULL, PRIMARY KEY (scheme_id, type_id)) STRICT;
CREATE TABLE IF NOT EXISTS jira_project_issue_type_scheme (
  project_id INTEGER PRIMARY KEY, scheme_id INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jira_status (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL,
  category TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jira_workflow (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL,
  version_id TEXT NOT NULL, version_number INTEGER NOT NULL, document TEXT NOT NULL,
  created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jira_workflow_scheme (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL,
  default_workflow TEXT NOT NULL, mappings TEXT NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS jira_field (
  id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, description TEXT NOT NULL,
  type TEXT NOT NULL, items TEXT, custom TEXT NOT NULL, read_only INTEGER NOT NULL,
  module_key TEXT) STRICT;
CREATE TABLE IF NOT EXISTS jira_screen (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jira_screen_tab (
  id INTEGER PRIMARY KEY, screen_id INTEGER NOT NULL, name TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jira_screen_field (
  tab_id INTEGER NOT NULL, field_id TEXT NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (tab_id, field_id)) STRICT;

CREATE TABLE IF NOT EXISTS jira_screen_scheme (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL,
  screens TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jira_type_screen_scheme (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL,
  mappings TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jira_project_type_screen_scheme (
  project_id INTEGER PRIMARY KEY, scheme_id INTEGER NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS jira_task (
  id INTEGER PRIMARY KEY, description TEXT NOT NULL, submitter TEXT NOT NULL,
  submitted_ms INTEGER NOT NULL, finished_ms INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jira_panel (
  project_id INTEGER NOT NULL, module_key TEXT NOT NULL, pinned INTEGER NOT NULL,
  from_ms INTEGER NOT NULL, PRIMARY KEY (project_id, module_key)) STRICT;

CREATE TABLE IF NOT EXISTS jira_issue (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, project_id INTEGER NOT NULL,
  type_id INTEGER NOT NULL, status_id INTEGER NOT NULL, parent_id INTEGER,
  summary TEXT NOT NULL, description TEXT NOT NULL, labels TEXT NOT NULL,
  creator TEXT NOT NULL, reporter TEXT, assignee TEXT, created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL, status_changed_ms INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS jira_issue_project ON jira_issue (project_id, status_id);
CREATE INDEX IF NOT EXISTS jira_issue_parent ON jira_issue (parent_id);
CREATE TABLE IF NOT EXISTS jira_search (
  issue_id INTEGER PRIMARY KEY, project_id INTEGER NOT NULL, type_id INTEGER NOT NULL,
  status_id INTEGER NOT NULL, parent_id INTEGER, summary TEXT NOT NULL, reporter TEXT,
  assignee TEXT, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,
  version_ms INTEGER NOT NULL, fields TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS jira_search_project ON jira_search (project_id, status_id);
CREATE TABLE IF NOT EXISTS jira_field_value (
  issue_id INTEGER NOT NULL, field_id TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (issue_id, field_id)) STRICT;
CREATE TABLE IF NOT EXISTS jira_comment (
  id INTEGER PRIMARY KEY, issue_id INTEGER NOT NULL, author TEXT NOT NULL, body TEXT NOT NULL,
  update_author TEXT NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS jira_comment_issue ON jira_comment (issue_id, id);
CREATE TABLE IF NOT EXISTS jira_history (
  id INTEGER PRIMARY KEY, issue_id INTEGER NOT NULL, author TEXT NOT NULL,
  created_ms INTEGER NOT NULL, items TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS jira_history_issue ON jira_history (issue_id, id);
CREATE TABLE IF NOT EXISTS jira_property (
  kind TEXT NOT NULL, entity_id INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (kind, entity_id, key)) STRICT;
`;

/** Makes the tables that are missing. */
export function createTables(database: DatabaseSync): void {
  database.exec(TABLES);
}
