/** Makes a project's issues of one type follow a workflow. */
import { route } from '@forge/api';
import { z } from 'zod';
import { demand, demandDone } from './installer-call';

/** Jira's own workflow, which its default scheme names. */
const DEFAULT_WORKFLOW = 'jira';

const Scheme = z.object({
  /** Jira's default scheme has none. */
  id: z.int().optional(),
  name: z.string(),
  defaultWorkflow: z.string().default(DEFAULT_WORKFLOW),
  issueTypeMappings: z.record(z.string(), z.string()).default({}),
});

const ProjectSchemes = z.object({ values: z.array(z.object({ workflowScheme: Scheme })) });

/** Other issue types keep their workflows: the project gets a copy of its scheme with one mapping more. */
export async function useWorkflow(
  project: string,
  workflowName: string,
  issueTypeId: string,
): Promise<void> {
  const step = 'Workflow scheme';
  const path = route`/rest/api/3/workflowscheme/project?projectId=${project}`;
  const { values } = await demand(step, { method: 'GET', path }, ProjectSchemes);
  const current = values[0]?.workflowScheme;
  const schemeId = await provideScheme(step, {
    name: workflowName,
    description: 'Made by Interlock: the project’s workflows, and the release workflow.',
    defaultWorkflow: current?.defaultWorkflow ?? DEFAULT_WORKFLOW,
    issueTypeMappings: { ...current?.issueTypeMappings, [issueTypeId]: workflowName },
  });
  if (current?.id === schemeId) return;
  await demandDone(step, {
    method: 'PUT',
    path: route`/rest/api/3/workflowscheme/project`,
    body: { projectId: project, workflowSchemeId: String(schemeId) },
  });
}

/** A scheme of that name is from an earlier attempt: Jira would refuse a second one. */
async function provideScheme(
  step: string,
  scheme: z.infer<typeof Scheme> & { readonly description: string },
): Promise<number> {
  const earlier = await schemeNamed(step, scheme.name);
  if (earlier !== undefined) return earlier;
  const { id } = await demand(
    step,
    { method: 'POST', path: route`/rest/api/3/workflowscheme`, body: scheme },
    z.object({ id: z.int() }),
  );
  return id;
}

const SCHEME_PAGE = 50;

const Schemes = z.object({
  isLast: z.boolean(),
  values: z.array(z.object({ id: z.int().optional(), name: z.string() })),
});

async function schemeNamed(step: string, name: string): Promise<number | undefined> {
  for (let startAt = 0; ; startAt += SCHEME_PAGE) {
    const path = route`/rest/api/3/workflowscheme?startAt=${startAt}&maxResults=${SCHEME_PAGE}`;
    const page = await demand(step, { method: 'GET', path }, Schemes);
    const found = page.values.find((scheme) => scheme.name === name);
    if (found) return found.id;
    if (page.isLast || page.values.length === 0) return undefined;
  }
}
