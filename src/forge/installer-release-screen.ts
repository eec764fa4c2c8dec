/** Shows our fields on the project's releases: a screen of their own to view them, joined to project and issue type. */
import { route } from '@forge/api';
import { z } from 'zod';
import { findAppFields } from './app-fields';
import { atStep, demand, demandDone } from './installer-call';
import { provideScreen } from './installer-screens';

const STEP = 'Screen schemes';

/** What people look for on any issue; a Jira that lacks one shows the others. */
const COMMON_FIELDS = [
  'summary',
  'description',
  'assignee',
  'reporter',
  'labels',
  'priority',
  'issuelinks',
  'attachment',
];

/** Releases are created and edited on the screens that the project has; its other issues keep all of theirs. */
export async function showFields(
  project: string,
  issueTypeId: string,
  reasonField: string,
): Promise<void> {
  const viewScreen = await provideViewScreen(reasonField);
  const current = await mappingsOf(await schemeOf(project));
  const served = (type: string) => current.find((mapping) => mapping.issueTypeId === type);
  const present = await screensOf((served(issueTypeId) ?? served(OTHERS))?.screenSchemeId);
  if (present.view === viewScreen) return;
  const screenSchemeId = await provideScreenScheme(project, { ...present, view: viewScreen });
  await useScheme(project, [
    ...current.filter((mapping) => mapping.issueTypeId !== issueTypeId),
    { issueTypeId, screenSchemeId },
  ]);
}

const Fields = z.array(z.object({ id: z.string() }));

async function provideViewScreen(reasonField: string): Promise<number> {
  const fields = await demand(STEP, { method: 'GET', path: route`/rest/api/3/field` }, Fields);
  const { environment } = await atStep(STEP, findAppFields);
  const common = COMMON_FIELDS.filter((wanted) => fields.some(({ id }) => id === wanted));
  const screen = await provideScreen({
    name: 'Interlock release',
    description: 'Shows a release.',
    fieldIds: [...common, environment, reasonField],
  });
  return Number(screen);
}

/** The mapping for every issue type that has none of its own. */
const OTHERS = 'default';

const Mapping = z.object({ issueTypeId: z.string(), screenSchemeId: z.string() });
type Mapping = z.infer<typeof Mapping>;

const PAGE = 50;

/** Which screen scheme serves which issue type. */
async function mappingsOf(schemeId: string): Promise<readonly Mapping[]> {
  const schema = z.object({ isLast: z.boolean(), values: z.array(Mapping) });
  const found: Mapping[] = [];
  for (let startAt = 0; ; startAt += PAGE) {
    const path = route`/rest/api/3/issuetypescreenscheme/mapping?issueTypeScreenSchemeId=${schemeId}&startAt=${startAt}&maxResults=${PAGE}`;
    const page = await demand(STEP, { method: 'GET', path }, schema);
    found.push(...page.values);
    if (page.isLast || page.values.length === 0) return found;
  }
}

const ProjectSchemes = z.object({
  values: z.array(z.object({ issueTypeScreenScheme: z.object({ id: z.string() }) })),
});

/** Jira's own default. Source: the examples in its OpenAPI. */
const DEFAULT_SCHEME = '1';

async function schemeOf(project: string): Promise<string> {
  const path = route`/rest/api/3/issuetypescreenscheme/project?projectId=${project}`;
  const { values } = await demand(STEP, { method: 'GET', path }, ProjectSchemes);
  return values[0]?.issueTypeScreenScheme.id ?? DEFAULT_SCHEME;
}

const Screens = z.object({
  default: z.int(),
  create: z.int().exactOptional(),
  edit: z.int().exactOptional(),
  view: z.int().exactOptional(),
});
type Screens = z.infer<typeof Screens>;

const ScreenSchemes = z.object({
  values: z.array(z.object({ id: z.int(), name: z.string(), screens: Screens })),
});

async function screensOf(schemeId: string | undefined): Promise<Screens> {
  const path = route`/rest/api/3/screenscheme?id=${schemeId ?? DEFAULT_SCHEME}`;
  const { values } = await demand(STEP, { method: 'GET', path }, ScreenSchemes);
  const [scheme] = values;
  if (!scheme) throw new Error(`Jira does not know its screen scheme ${schemeId ?? ''}.`);
  return scheme.screens;
}

/** As with permissions: what an earlier attempt made is used if it says the same, and never changed. */
async function provideScreenScheme(project: string, screens: Screens): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = schemeName(project, number);
    const path = route`/rest/api/3/screenscheme?queryString=${name}`;
    const { values } = await demand(STEP, { method: 'GET', path }, ScreenSchemes);
    const earlier = values.find((scheme) => scheme.name === name);
    if (!earlier) return createScreenScheme(name, screens);
    if (sortedLines(earlier.screens) === sortedLines(screens)) return String(earlier.id);
  }
}

const DESCRIPTION = 'Made by Interlock: the project’s screens, and the one that shows a release.';

async function createScreenScheme(name: string, screens: Screens): Promise<string> {
  const body = { name, description: DESCRIPTION, screens };
  const call = { method: 'POST' as const, path: route`/rest/api/3/screenscheme`, body };
  return (await demand(STEP, call, z.object({ id: z.coerce.string() }))).id;
}

/** Gives the project a scheme with these mappings. */
async function useScheme(project: string, mappings: readonly Mapping[]): Promise<void> {
  const issueTypeScreenSchemeId = await provideTypeScheme(project, mappings);
  await demandDone(STEP, {
    method: 'PUT',
    path: route`/rest/api/3/issuetypescreenscheme/project`,
    body: { issueTypeScreenSchemeId, projectId: project },
  });
}

const TypeSchemes = z.object({ values: z.array(z.object({ id: z.string(), name: z.string() })) });

async function provideTypeScheme(project: string, mappings: readonly Mapping[]): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = schemeName(project, number);
    const path = route`/rest/api/3/issuetypescreenscheme?queryString=${name}`;
    const { values } = await demand(STEP, { method: 'GET', path }, TypeSchemes);
    const earlier = values.find((scheme) => scheme.name === name);
    if (!earlier) return createTypeScheme(name, mappings);
    if (byType(await mappingsOf(earlier.id)) === byType(mappings)) return earlier.id;
  }
}

async function createTypeScheme(name: string, mappings: readonly Mapping[]): Promise<string> {
  const issueTypeMappings = mappings.map(({ issueTypeId, screenSchemeId }) => ({
    issueTypeId,
    screenSchemeId,
  }));
  const body = { name, description: DESCRIPTION, issueTypeMappings };
  const call = { method: 'POST' as const, path: route`/rest/api/3/issuetypescreenscheme`, body };
  return (await demand(STEP, call, z.object({ id: z.string() }))).id;
}

const schemeName = (project: string, number: number): string =>
  `Interlock releases (${project})${number === 1 ? '' : ` ${String(number)}`}`;

const byType = (mappings: readonly Mapping[]): string =>
  sortedLines(
    Object.fromEntries(
      mappings.map(({ issueTypeId, screenSchemeId }) => [issueTypeId, screenSchemeId]),
    ),
  );

const sortedLines = (values: Readonly<Record<string, string | number | undefined>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${String(value)}`)
    .sort()
    .join('\n');
