/** The Jira port over Jira's REST API, as the app's own account. */
import { route } from '@forge/api';
import { z } from 'zod';
import type { GateValue } from '#core/gate-field';
import type { Issue, Jira } from '#app/ports';
import { appFields, forgetAppFields } from './app-fields';
import { appPermission } from './app-permissions';
import { statusChanges } from './jira-changelog';
import { ask, asAppClient, read, refused, wordsOf } from './jira-client';
import type { JiraCall } from './jira-client';
import { addCommentOnce } from './jira-comments';

/** `installation` keeps apart what warm functions remember for several sites. */
export const createJira = (installation: string): Jira => ({
  issue: readIssue,
  issuesUpdatedSince,
  statusChanges,
  groupsOf,
  mayEdit,
  writeGate: (issueId, gate, environment) =>
    writeGate(installation, issueId, { gate, environment }),
  move,
  comment: addCommentOnce,
});

const IssueAnswer = z.object({
  id: z.string(),
  key: z.string(),
  fields: z.object({
    project: z.object({ id: z.string() }),
    issuetype: z.object({ id: z.string() }),
    status: z.object({ id: z.string() }),
    reporter: z.object({ accountId: z.string() }).nullish(),
  }),
});

async function readIssue(idOrKey: string): Promise<Issue | undefined> {
  const call: JiraCall = {
    method: 'GET',
    path: route`/rest/api/3/issue/${idOrKey}?fields=project,issuetype,status,reporter`,
  };
  const answer = await asAppClient(call);
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw refused(call, answer);
  const { id, key, fields } = read(call, answer, IssueAnswer);
  return {
    id,
    key,
    project: fields.project.id,
    issueTypeId: fields.issuetype.id,
    statusId: fields.status.id,
    reporter: fields.reporter?.accountId ?? null,
  };
}

/** Issues that one look back names. */
const UPDATED_MAX = 50;

const Found = z.object({ issues: z.array(z.object({ id: z.string() })) });

async function issuesUpdatedSince(project: string, minutes: number): Promise<readonly string[]> {
  const jql = `project = ${project} AND updated >= "-${String(minutes)}m" ORDER BY updated DESC`;
  const { issues } = await ask(
    asAppClient,
    {
      method: 'POST',
      path: route`/rest/api/3/search/jql`,
      body: { jql, maxResults: UPDATED_MAX, fields: ['id'] },
    },
    Found,
  );
  return issues.map(({ id }) => id);
}

const Groups = z.array(z.object({ groupId: z.string().nullish() }));

async function groupsOf(accountId: string): Promise<readonly string[]> {
  const path = route`/rest/api/3/user/groups?accountId=${accountId}`;
  const groups = await ask(asAppClient, { method: 'GET', path }, Groups);
  return groups.flatMap(({ groupId }) => groupId ?? []);
}

const Permissions = z.object({
  projectPermissions: z.array(z.object({ permission: z.string(), issues: z.array(z.int()) })),
});

/** Both: what Jira's own permission does not allow on an issue, ours does not open. */
async function mayEdit(accountId: string, issueId: string): Promise<boolean> {
  const issue = Number(issueId);
  const permissions = ['EDIT_ISSUES', appPermission('edit-content')];
  const { projectPermissions } = await ask(
    asAppClient,
    {
      method: 'POST',
      path: route`/rest/api/3/permissions/check`,
      body: { accountId, projectPermissions: [{ permissions, issues: [issue] }] },
    },
    Permissions,
  );
  return permissions.every((wanted) =>
    projectPermissions.some(
      ({ permission, issues }) => permission === wanted && issues.includes(issue),
    ),
  );
}

async function writeGate(
  installation: string,
  issueId: string,
  value: { readonly gate: GateValue; readonly environment: string | null },
): Promise<void> {
  const fields = await appFields(installation);
  const issueIds = [Number(issueId)];
  const call: JiraCall = {
    method: 'POST',
    path: route`/rest/api/3/app/field/value?generateChangelog=false`,
    body: {
      updates: [
        { customField: fields.gate, issueIds, value: value.gate },
        { customField: fields.environment, issueIds, value: value.environment },
      ],
    },
  };
  const answer = await asAppClient(call);
  if (answer.ok) return;
  forgetAppFields(installation);
  throw refused(call, answer);
}

/** Jira says no with 400 (condition, validator), 404 (no such issue) or 409 (changed at the same time). */
const MOVE_REFUSALS = [400, 404, 409];

async function move(
  issueId: string,
  transitionId: string,
): Promise<{ kind: 'moved' } | { kind: 'refused'; words: string }> {
  const call: JiraCall = {
    method: 'POST',
    path: route`/rest/api/3/issue/${issueId}/transitions`,
    body: { transition: { id: transitionId } },
  };
  const answer = await asAppClient(call);
  if (answer.ok) return { kind: 'moved' };
  if (MOVE_REFUSALS.includes(answer.status)) return { kind: 'refused', words: wordsOf(answer) };
  throw refused(call, answer);
}
