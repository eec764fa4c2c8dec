/** What the installer looks up or makes before the workflow: issue type and reason field. */
import { route } from '@forge/api';
import { z } from 'zod';
import { demand, demandDone } from './installer-call';

const IssueTypes = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    subtask: z.boolean().default(false),
    /** Issue types of team-managed projects have one. */
    scope: z.unknown().optional(),
  }),
);

const WithId = z.object({ id: z.coerce.string() });

/** The issue type by name, offered in the project. */
export async function provideIssueType(project: string, name: string): Promise<string> {
  const step = `Issue type ${name}`;
  const all = await demand(step, { method: 'GET', path: route`/rest/api/3/issuetype` }, IssueTypes);
  const known = all.find((type) => type.name === name && !type.subtask && type.scope === undefined);
  const id = known?.id ?? (await createIssueType(step, name));
  const offered = await demand(
    step,
    { method: 'GET', path: route`/rest/api/3/issuetype/project?projectId=${project}` },
    IssueTypes,
  );
  if (!offered.some((type) => type.id === id)) await offerIssueType(step, project, id);
  return id;
}

async function createIssueType(step: string, name: string): Promise<string> {
  const body = { name, type: 'standard', description: 'A release that Interlock controls.' };
  const { id } = await demand(
    step,
    { method: 'POST', path: route`/rest/api/3/issuetype`, body },
    WithId,
  );
  return id;
}

const IssueTypeSchemes = z.object({
  values: z.array(z.object({ issueTypeScheme: z.object({ id: z.string() }) })),
});

async function offerIssueType(step: string, project: string, issueTypeId: string): Promise<void> {
  const path = route`/rest/api/3/issuetypescheme/project?projectId=${project}`;
  const { values } = await demand(step, { method: 'GET', path }, IssueTypeSchemes);
  for (const { issueTypeScheme } of values) {
    await demandDone(step, {
      method: 'PUT',
      path: route`/rest/api/3/issuetypescheme/${issueTypeScheme.id}/issuetype`,
      body: { issueTypeIds: [issueTypeId] },
    });
  }
}

const REASON = 'Reason';
const TEXT_AREA = 'com.atlassian.jira.plugin.system.customfieldtypes:textarea';
const TEXT_SEARCHER = 'com.atlassian.jira.plugin.system.customfieldtypes:textsearcher';

const Fields = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    schema: z.object({ custom: z.string().optional() }).optional(),
  }),
);

/** The text field that asks why. */
export async function provideReasonField(): Promise<string> {
  const step = `Field ${REASON}`;
  const fields = await demand(step, { method: 'GET', path: route`/rest/api/3/field` }, Fields);
  const known = fields.find(({ name, schema }) => name === REASON && schema?.custom === TEXT_AREA);
  if (known) return known.id;
  const body = {
    name: REASON,
    description: 'Why a release was rejected, rolled back or aborted, or its configuration failed.',
    type: TEXT_AREA,
    searcherKey: TEXT_SEARCHER,
  };
  const { id } = await demand(
    step,
    { method: 'POST', path: route`/rest/api/3/field`, body },
    WithId,
  );
  return id;
}
