/** The Installer port over Jira's administration, as the person who clicks: Jira checks that they are an admin. */
import { randomUUID } from 'node:crypto';
import { route } from '@forge/api';
import { z } from 'zod';
import type { CreatedWorkflow, Installer, WorkflowToCreate } from '#app/installer-port';
import { findAppFields } from './app-fields';
import { atStep, demand } from './installer-call';
import { workflowDrift } from './installer-drift';
import { provideIssueType, provideReasonField } from './installer-fields';
import { pinPanel } from './installer-panel';
import { providePermissions } from './installer-permissions';
import { showFields } from './installer-release-screen';
import { useWorkflow } from './installer-schemes';
import { provideReasonScreen } from './installer-screens';
import { moduleAri } from './module-ari';
import { workflowRequest } from './workflow-request';

export const installer: Installer = {
  provideIssueType,
  provideReasonField,
  provideReasonScreen,
  createWorkflow,
  showFields,
  providePermissions,
  useWorkflow,
  pinPanel,
  workflowDrift,
};

const Workflows = z.object({
  workflows: z.array(z.object({ id: z.string() })),
  statuses: z.array(z.object({ id: z.string(), name: z.string() })),
});

/** A workflow of that name is from an earlier attempt that did not come to its end: it is used. */
async function createWorkflow(wanted: WorkflowToCreate): Promise<CreatedWorkflow> {
  const step = `Workflow ${wanted.name}`;
  const earlier = await demand(
    step,
    {
      method: 'POST',
      path: route`/rest/api/3/workflows`,
      body: { workflowNames: [wanted.name] },
    },
    Workflows,
  );
  return toCreated(earlier) ?? (await createAnew(step, wanted));
}

async function createAnew(step: string, wanted: WorkflowToCreate): Promise<CreatedWorkflow> {
  const [fields, statuses] = await Promise.all([atStep(step, findAppFields), globalStatuses(step)]);
  const body = workflowRequest(wanted, {
    gateField: fields.gate,
    moduleAri,
    existingStatus: (name) => statuses.get(name),
    newId: randomUUID,
  });
  const answer = await demand(
    step,
    { method: 'POST', path: route`/rest/api/3/workflows/create`, body },
    Workflows,
  );
  const created = toCreated(answer);
  if (!created) throw new Error(`Jira created the workflow ${wanted.name} and did not name it.`);
  return created;
}

function toCreated({
  workflows,
  statuses,
}: z.infer<typeof Workflows>): CreatedWorkflow | undefined {
  const [workflow] = workflows;
  return workflow
    ? { id: workflow.id, statusIds: Object.fromEntries(statuses.map(({ id, name }) => [name, id])) }
    : undefined;
}

/** Most statuses in one page. Source: Jira's OpenAPI, GET /statuses/search. */
const STATUS_PAGE = 200;

const Statuses = z.object({
  isLast: z.boolean(),
  values: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      statusCategory: z.string(),
      scope: z.object({ type: z.string() }).optional(),
    }),
  ),
});

/** Status names are unique in a Jira, so a workflow takes over the statuses that are there. */
async function globalStatuses(
  step: string,
): Promise<ReadonlyMap<string, { readonly id: string; readonly category: string }>> {
  const found = new Map<string, { id: string; category: string }>();
  for (let startAt = 0; ; startAt += STATUS_PAGE) {
    const path = route`/rest/api/3/statuses/search?startAt=${startAt}&maxResults=${STATUS_PAGE}`;
    const page = await demand(step, { method: 'GET', path }, Statuses);
    for (const { id, name, statusCategory, scope } of page.values) {
      if (scope?.type !== 'PROJECT') found.set(name, { id, category: statusCategory });
    }
    if (page.isLast || page.values.length === 0) return found;
  }
}
