import type { DatabaseSync } from 'node:sqlite';
import { type Row, text, whole } from '../../columns';
import { change, nextNumber, row, rows } from './table';

export interface Screen {
  readonly id: number;
  readonly name: string;
  readonly description: string;
}

export interface ScreenTab {
  readonly id: number;
  readonly screenId: number;
  readonly name: string;
}

/** Jira's Default Screen: what one may set when creating and editing an issue. */
export const DEFAULT_SCREEN = 1;

const readScreen = (from: Row): Screen => ({
  id: whole(from, 'id'),
  name: text(from, 'name'),
  description: text(from, 'description'),
});

const readTab = (from: Row): ScreenTab => ({
  id: whole(from, 'id'),
  screenId: whole(from, 'screen_id'),
  name: text(from, 'name'),
});

export function allScreens(database: DatabaseSync): readonly Screen[] {
  return rows(database, 'SELECT * FROM jira_screen ORDER BY id', [], readScreen);
}

export function screenById(database: DatabaseSync, id: number): Screen | undefined {
  return row(database, 'SELECT * FROM jira_screen WHERE id = ?', [id], readScreen);
}

export function createScreen(
  database: DatabaseSync,
  fresh: { readonly name: string; readonly description: string; readonly id?: number },
): Screen {
  const id = fresh.id ?? nextNumber(database, 'screen');
  change(
    database,
    'INSERT INTO jira_screen (id, name, description) VALUES (?, ?, ?)',
    id,
    fresh.name,
    fresh.description,
  );
  createTab(database, id, 'Field Tab');
  return { id, name: fresh.name, description: fresh.description };
}

export function tabsOf(database: DatabaseSync, screenId: number): readonly ScreenTab[] {
  return rows(
    database,
    'SELECT * FROM jira_screen_tab WHERE screen_id = ? ORDER BY id',
    [screenId],
    readTab,
  );
}

export function createTab(database: DatabaseSync, screenId: number, name: string): ScreenTab {
  const id = nextNumber(database, 'screen-tab');
  change(
    database,
    'INSERT INTO jira_screen_tab (id, screen_id, name) VALUES (?, ?, ?)',
    id,
    screenId,
    name,
  );
  return { id, screenId, name };
}

/** Puts a field at the end of a tab; false when it is on that screen already. */
export function addToTab(database: DatabaseSync, tab: ScreenTab, fieldId: string): boolean {
  if (fieldsOnScreen(database, tab.screenId).includes(fieldId)) return false;
  change(
    database,
    'INSERT INTO jira_screen_field (tab_id, field_id, position) VALUES (?, ?, ?)',
    tab.id,
    fieldId,
    fieldsOnTab(database, tab.id).length,
  );
  return true;
}

export function fieldsOnTab(database: DatabaseSync, tabId: number): readonly string[] {
  return rows(
    database,
    'SELECT field_id FROM jira_screen_field WHERE tab_id = ? ORDER BY position',
    [tabId],
    (from) => text(from, 'field_id'),
  );
}

export function fieldsOnScreen(database: DatabaseSync, screenId: number): readonly string[] {
  return tabsOf(database, screenId).flatMap(({ id }) => fieldsOnTab(database, id));
}
