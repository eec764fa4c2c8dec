/** Compares the workflow that the project's releases follow with what the installer makes of the table. */
import { randomUUID } from 'node:crypto';
import { route } from '@forge/api';
import { z } from 'zod';
import type { InstalledWorkflow } from '#wire/records';
import type { WorkflowToCreate } from '#app/installer-port';
import { findAppFields } from './app-fields';
import { atStep, demand } from './installer-call';
import { moduleAri } from './module-ari';
import { workflowRequest } from './workflow-request';

const STEP = 'Workflow';

const Rule = z.object({
  ruleKey: z.string(),
  parameters: z.record(z.string(), z.string()).default({}),
});
type Rule = z.infer<typeof Rule>;

const Transition = z.object({
  id: z.string(),
  conditions: z.object({ conditions: z.array(Rule).default([]) }).nullish(),
  validators: z.array(Rule).default([]),
  actions: z.array(Rule).default([]),
  transitionScreen: Rule.nullish(),
});
type Transition = z.infer<typeof Transition>;

const Workflows = z.object({
  workflows: z.array(
    z.object({ id: z.string(), name: z.string(), transitions: z.array(Transition).default([]) }),
  ),
});

/** What is not as it was made, in a sentence; null when nothing is. What an admin added does not matter. */
export async function workflowDrift(
  project: string,
  installed: InstalledWorkflow,
  wanted: WorkflowToCreate,
): Promise<string | null> {
  const projectAndIssueTypes = [{ projectId: project, issueTypeId: installed.issueTypeId }];
  const call = {
    method: 'POST' as const,
    path: route`/rest/api/3/workflows`,
    body: { projectAndIssueTypes },
  };
  const { workflows } = await demand(STEP, call, Workflows);
  const [present] = workflows;
  if (present?.id !== installed.workflowId)
    return `The project’s releases follow the workflow ${present?.name ?? 'of no name'}; give the project a workflow scheme that leads them through ${wanted.name}.`;
  const made = await expected(wanted);
  const changed = wanted.template.transitions.find(({ action, id }) => {
    const stands = present.transitions.find((one) => one.id === installed.transitions[action]);
    const asMade = made.find((one) => one.id === id);
    return !stands || !asMade || linesOf(asMade).some((line) => !linesOf(stands).includes(line));
  });
  return changed
    ? `The transition ${changed.name} of the workflow ${wanted.name} is gone, or lacks a rule or the screen that Interlock gave it; put it back in Jira’s workflow editor.`
    : null;
}

async function expected(wanted: WorkflowToCreate): Promise<readonly Transition[]> {
  const { gate } = await atStep(STEP, findAppFields);
  const request = workflowRequest(wanted, {
    gateField: gate,
    moduleAri,
    existingStatus: () => undefined,
    newId: randomUUID,
  });
  return request.workflows.flatMap(({ transitions }) =>
    transitions.map((transition) => Transition.parse(transition)),
  );
}

/** Each rule that works, as a line: its kind, whose module it is, and for which action. */
function linesOf({ conditions, validators, actions, transitionScreen }: Transition): string[] {
  const rules = [...(conditions?.conditions ?? []), ...validators, ...actions];
  const screens = transitionScreen ? [transitionScreen] : [];
  return [...rules, ...screens].filter(({ parameters }) => !isDisabled(parameters)).map(lineOf);
}

const isDisabled = (parameters: Rule['parameters']): boolean => parameters['disabled'] === 'true';

const Config = z.object({ action: z.string() });

function lineOf({ ruleKey, parameters }: Rule): string {
  const { key = '', config, screenId = '' } = parameters;
  return [ruleKey, key, screenId, config === undefined ? '' : actionOf(config)].join(' ');
}

function actionOf(config: string): string {
  try {
    return Config.safeParse(JSON.parse(config)).data?.action ?? '';
  } catch {
    // Whoever broke it in Jira's editor changed the rule.
    return '';
  }
}
