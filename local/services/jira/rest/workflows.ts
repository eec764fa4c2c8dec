import { z } from 'zod';
import type { ServiceResponse } from '../../service';
import { jiraTime } from '../bodies';
import type { Desk } from '../desk';
import { isJsonObject, type Json, type JsonObject, member, toJson } from '../json';
import { projectByIdOrKey } from '../projects';
import { knownStatus, type Status } from '../statuses';
import { checkCreation, type WorkflowError } from '../workflow/check';
import { createWorkflows } from '../workflow/creation';
import { CreateRequest } from '../workflow/definition';
import { FORGE_MODULES, MODELLED } from '../workflow/rule-keys';
import { workflowFor } from '../workflow/schemes';
import { allWorkflows, type Workflow, workflowById, workflowByName } from '../workflow/store';
import { ok, refuse } from './answers';
import { type Call, type Endpoint, type Routes, wholeNumber } from './routes';
import { adminOnly } from './visible';

const ReadRequest = z.object({
  workflowIds: z.array(z.string()).default([]),
  workflowNames: z.array(z.string()).default([]),
  projectAndIssueTypes: z
    .array(z.object({ projectId: z.string(), issueTypeId: z.string() }))
    .default([]),
});

const forAdmins =
  (endpoint: (call: Call) => ServiceResponse): Endpoint =>
  (call) =>
    adminOnly(call) ?? endpoint(call);

export const workflowRoutes: Routes = {
  'POST /rest/api/3/workflows/create/validation': forAdmins((call) => {
    const request = CreateRequest.safeParse(member(call.body, 'payload'));
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    return ok({ errors: checkCreation(call.desk, request.data).map(errorBody) });
  }),

  'POST /rest/api/3/workflows/create': forAdmins((call) => {
    const request = CreateRequest.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const errors = checkCreation(call.desk, request.data);
    if (errors.length > 0) {
      return refuse(
        400,
        errors.map(({ message }) => message),
      );
    }
    return ok(workflowsBody(call.desk, createWorkflows(call.desk, request.data)));
  }),

  'POST /rest/api/3/workflows': forAdmins((call) => {
    const request = ReadRequest.safeParse(isJsonObject(call.body) ? call.body : {});
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    return ok(workflowsBody(call.desk, wantedWorkflows(call.desk, request.data)));
  }),

  'GET /rest/api/3/workflows/search': forAdmins((call) => {
    const { desk, query } = call;
    const wanted = (query.get('queryString') ?? '').toLowerCase();
    const found = allWorkflows(desk.database).filter(({ document }) =>
      document.name.toLowerCase().includes(wanted),
    );
    const startAt = wholeNumber(query, 'startAt', 0);
    const maxResults = wholeNumber(query, 'maxResults', 50);
    const page = found.slice(startAt, startAt + maxResults);
    return ok({
      startAt,
      maxResults,
      total: found.length,
      isLast: startAt + page.length >= found.length,
      values: page.map((workflow) => workflowBody(workflow)),
      statuses: statusesOf(desk, page).map(workflowStatusBody),
    });
  }),

  'GET /rest/api/3/workflows/capabilities': forAdmins(({ desk }) =>
    ok({
      editorScope: 'GLOBAL',
      projectTypes: ['software', 'business'],
      connectRules: [],
      triggerRules: [],
      systemRules: systemRules(),
      forgeRules: forgeRules(desk),
    }),
  ),
};

function wantedWorkflows(desk: Desk, wanted: z.infer<typeof ReadRequest>): readonly Workflow[] {
  const { database } = desk;
  const found = [
    ...wanted.workflowIds.map((id) => workflowById(database, id)),
    ...wanted.workflowNames.map((name) => workflowByName(database, name)),
    ...wanted.projectAndIssueTypes.map(({ projectId, issueTypeId }) =>
      projectByIdOrKey(database, projectId) === undefined
        ? undefined
        : workflowFor(database, Number(projectId), Number(issueTypeId)),
    ),
  ].filter((workflow) => workflow !== undefined);
  return [...new Map(found.map((workflow) => [workflow.id, workflow])).values()];
}

function workflowsBody(desk: Desk, workflows: readonly Workflow[]): JsonObject {
  return {
    workflows: workflows.map((workflow) => workflowBody(workflow)),
    statuses: statusesOf(desk, workflows).map(workflowStatusBody),
  };
}

function statusesOf(desk: Desk, workflows: readonly Workflow[]): readonly Status[] {
  const ids = new Set(
    workflows.flatMap(({ document }) =>
      document.statuses.map(({ statusReference }) => Number(statusReference)),
    ),
  );
  return [...ids].map((id) => knownStatus(desk.database, id));
}

function workflowStatusBody(status: Status): JsonObject {
  return {
    id: String(status.id),
    statusReference: String(status.id),
    name: status.name,
    description: status.description,
    statusCategory: status.category,
    scope: { type: 'GLOBAL' },
  };
}

function workflowBody(workflow: Workflow): JsonObject {
  const { document } = workflow;
  return {
    id: workflow.id,
    name: document.name,
    description: document.description,
    isEditable: true,
    scope: { type: 'GLOBAL' },
    version: { id: workflow.versionId, versionNumber: workflow.versionNumber },
    created: jiraTime(workflow.createdMs),
    updated: jiraTime(workflow.updatedMs),
    ...layouts(document),
    statuses: document.statuses.map((status) => ({ ...withoutNulls(status), deprecated: false })),
    transitions: document.transitions.map(withoutNulls),
  };
}

function layouts({ startPointLayout, loopedTransitionContainerLayout }: Workflow['document']) {
  return withoutNulls({ startPointLayout, loopedTransitionContainerLayout });
}

/** Leaves out members that are not there: an absent layout or screen is no member in Jira's answers. */
function withoutNulls(value: object): JsonObject {
  const json: Json = toJson(value);
  return isJsonObject(json)
    ? Object.fromEntries(Object.entries(json).filter(([, found]) => found !== null))
    : {};
}

function errorBody({ type, code, message, element }: WorkflowError): JsonObject {
  return {
    type,
    code,
    message,
    level: 'ERROR',
    ...(element === undefined ? {} : { elementReference: toJson(element) }),
  };
}

const RULE_TYPES = {
  condition: 'Condition',
  validator: 'Validator',
  action: 'Function',
  screen: 'Screen',
} as const;

function systemRules(): readonly Json[] {
  return (['condition', 'screen'] as const).flatMap((place) =>
    MODELLED[place]
      .filter((ruleKey) => ruleKey.startsWith('system:'))
      .map((ruleKey) => ({
        ruleKey,
        ruleType: RULE_TYPES[place],
        name: ruleKey.replace('system:', '').replaceAll('-', ' '),
        description: '',
        incompatibleRuleKeys: [],
        isAvailableForInitialTransition: false,
        isVisible: true,
      })),
  );
}

function forgeRules(desk: Desk): readonly Json[] {
  return (['condition', 'validator', 'action'] as const).flatMap((place) =>
    MODELLED[place].flatMap((ruleKey) => {
      const type = FORGE_MODULES[ruleKey];
      if (type === undefined) return [];
      return desk.app.modules(type).map(({ key, properties }) => ({
        id: desk.app.moduleAri(key),
        ruleKey,
        ruleType: RULE_TYPES[place],
        name: typeof properties['name'] === 'string' ? properties['name'] : key,
        description: typeof properties['description'] === 'string' ? properties['description'] : '',
      }));
    }),
  );
}
