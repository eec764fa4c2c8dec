import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { type Row, text, whole } from '../../columns';
import { DEFAULT_SCREEN, fieldsOnScreen } from './screens';
import { change, nextNumber, row, rows } from './table';

export const OPERATIONS = ['create', 'edit', 'view'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Which screen serves what one does with an issue. */
export interface ScreenScheme {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly screens: Screens;
}

export const Screens = z.strictObject({
  default: z.int(),
  create: z.int().optional(),
  edit: z.int().optional(),
  view: z.int().optional(),
});
export type Screens = z.infer<typeof Screens>;

/** Which screen scheme serves which issue type; `default` serves the others. */
export interface TypeScreenScheme {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly mappings: Readonly<Record<string, number>>;
}

/** Ids of the default schemes of a new site. */
const DEFAULT_SCREEN_SCHEME = 1;
const DEFAULT_TYPE_SCREEN_SCHEME = 1;
export const OTHER_TYPES = 'default';

const readScheme = (from: Row): ScreenScheme => ({
  id: whole(from, 'id'),
  name: text(from, 'name'),
  description: text(from, 'description'),
  screens: Screens.parse(JSON.parse(text(from, 'screens'))),
});

const readTypeScheme = (from: Row): TypeScreenScheme => ({
  id: whole(from, 'id'),
  name: text(from, 'name'),
  description: text(from, 'description'),
  mappings: z.record(z.string(), z.int()).parse(JSON.parse(text(from, 'mappings'))),
});

export function allScreenSchemes(database: DatabaseSync): readonly ScreenScheme[] {
  return rows(database, 'SELECT * FROM jira_screen_scheme ORDER BY id', [], readScheme);
}

export function createScreenScheme(
  database: DatabaseSync,
  fresh: Omit<ScreenScheme, 'id'>,
  id = nextNumber(database, 'screen-scheme'),
): ScreenScheme {
  change(
    database,
    'INSERT INTO jira_screen_scheme (id, name, description, screens) VALUES (?, ?, ?, ?)',
    id,
    fresh.name,
    fresh.description,
    JSON.stringify(fresh.screens),
  );
  return { id, ...fresh };
}

export function allTypeScreenSchemes(database: DatabaseSync): readonly TypeScreenScheme[] {
  return rows(database, 'SELECT * FROM jira_type_screen_scheme ORDER BY id', [], readTypeScheme);
}

export function createTypeScreenScheme(
  database: DatabaseSync,
  fresh: Omit<TypeScreenScheme, 'id'>,
  id = nextNumber(database, 'type-screen-scheme'),
): TypeScreenScheme {
  change(
    database,
    'INSERT INTO jira_type_screen_scheme (id, name, description, mappings) VALUES (?, ?, ?, ?)',
    id,
    fresh.name,
    fresh.description,
    JSON.stringify(fresh.mappings),
  );
  return { id, ...fresh };
}

export function giveTypeScreenScheme(
  database: DatabaseSync,
  projectId: number,
  schemeId: number,
): void {
  change(
    database,
    'INSERT OR REPLACE INTO jira_project_type_screen_scheme (project_id, scheme_id) VALUES (?, ?)',
    projectId,
    schemeId,
  );
}

export function typeScreenSchemeOf(database: DatabaseSync, projectId: number): number {
  return (
    row(
      database,
      'SELECT scheme_id FROM jira_project_type_screen_scheme WHERE project_id = ?',
      [projectId],
      (from) => whole(from, 'scheme_id'),
    ) ?? DEFAULT_TYPE_SCREEN_SCHEME
  );
}

/** The fields that one may set or see when one does this with issues of the type. */
export function fieldsFor(
  database: DatabaseSync,
  operation: Operation,
  place: { readonly projectId: number; readonly typeId: number },
): readonly string[] {
  const schemeId = typeScreenSchemeOf(database, place.projectId);
  const mappings = allTypeScreenSchemes(database).find(({ id }) => id === schemeId)?.mappings;
  const wanted = mappings?.[place.typeId] ?? mappings?.[OTHER_TYPES];
  const screens = allScreenSchemes(database).find(({ id }) => id === wanted)?.screens;
  return fieldsOnScreen(database, screens?.[operation] ?? screens?.default ?? DEFAULT_SCREEN);
}

/** The schemes of a new site. */
export function seedScreenSchemes(database: DatabaseSync): void {
  if (allScreenSchemes(database).length > 0) return;
  const screens = {
    name: 'Default Screen Scheme',
    description: 'Default Screen Scheme',
    screens: { default: DEFAULT_SCREEN },
  };
  createScreenScheme(database, screens, DEFAULT_SCREEN_SCHEME);
  const types = {
    name: 'Default Issue Type Screen Scheme',
    description: 'The default issue type screen scheme',
    mappings: { [OTHER_TYPES]: DEFAULT_SCREEN_SCHEME },
  };
  createTypeScreenScheme(database, types, DEFAULT_TYPE_SCREEN_SCHEME);
}
