import type { Answer, ToyJira } from './toy-jira';
import { at } from './toy-jira-values';

/** One transition of a small workflow, by the names of its statuses. */
export interface ToyTransition {
  readonly name: string;
  readonly from: readonly string[] | 'any';
  readonly to: string;
  readonly conditions?: unknown;
  readonly validators?: readonly unknown[];
  readonly actions?: readonly unknown[];
  readonly transitionScreen?: unknown;
}

/** The body of POST /rest/api/3/workflows/create for statuses and transitions given by name. */
export function workflowRequest(
  name: string,
  statuses: readonly string[],
  transitions: readonly ToyTransition[],
): Record<string, unknown> {
  const reference = (status: string) => `ref-${status}`;
  const first = statuses[0] ?? '';
  return {
    scope: { type: 'GLOBAL' },
    statuses: statuses.map((status) => ({
      statusReference: reference(status),
      name: status,
      statusCategory: status === first ? 'TODO' : 'IN_PROGRESS',
    })),
    workflows: [
      {
        name,
        description: '',
        statuses: statuses.map((status) => ({
          statusReference: reference(status),
          properties: {},
        })),
        transitions: [
          {
            id: '1',
            name: 'Create',
            type: 'INITIAL',
            toStatusReference: reference(first),
            links: [],
          },
          ...transitions.map(({ name: transitionName, from, to, ...rules }, index) => ({
            id: String(11 + index),
            name: transitionName,
            type: from === 'any' ? 'GLOBAL' : 'DIRECTED',
            toStatusReference: reference(to),
            links:
              from === 'any'
                ? []
                : from.map((status) => ({ fromStatusReference: reference(status) })),
            ...rules,
          })),
        ],
      },
    ],
  };
}

/** Creates the workflow, a scheme of it and the project REL that runs it. */
export async function projectWith(
  toy: ToyJira,
  statuses: readonly string[],
  transitions: readonly ToyTransition[],
): Promise<void> {
  const request = workflowRequest('Toy workflow', statuses, transitions);
  ok(await toy.as('admin', 'POST', '/rest/api/3/workflows/create', request));
  const scheme = ok(
    await toy.as('admin', 'POST', '/rest/api/3/workflowscheme', {
      name: 'Toy scheme',
      defaultWorkflow: 'Toy workflow',
    }),
  );
  await project(toy);
  const projectId = at(ok(await toy.as('admin', 'GET', '/rest/api/3/project/REL')).body, 'id');
  ok(
    await toy.as('admin', 'PUT', '/rest/api/3/workflowscheme/project', {
      projectId,
      workflowSchemeId: String(at(scheme.body, 'id')),
    }),
  );
}

/** The project REL with Jira's own workflow. */
export async function project(toy: ToyJira): Promise<void> {
  ok(
    await toy.as('admin', 'POST', '/rest/api/3/project', {
      key: 'REL',
      name: 'Releases',
      leadAccountId: await accountOf(toy, 'leader'),
    }),
  );
}

/** Shows a panel of the app on every issue of REL, or no longer; Jira takes a second or two for it. */
export async function pinPanel(
  toy: ToyJira,
  moduleKey: string,
  action: 'PIN' | 'UNPIN' = 'PIN',
): Promise<string> {
  const answer = ok(
    await toy.as('admin', 'POST', '/rest/api/3/forge/panel/action/bulk/async', {
      moduleId: toy.app.moduleAri(moduleKey),
      projectList: [{ action, projectIdOrKey: 'REL' }],
    }),
  );
  return String(at(answer.body, 'taskId'));
}

export async function accountOf(toy: ToyJira, name: string): Promise<string> {
  return String(at((await toy.as(name, 'GET', '/rest/api/3/myself')).body, 'accountId'));
}

/** Creates a task in REL and answers its key. */
export async function issue(toy: ToyJira, summary = 'A release', by = 'dev'): Promise<string> {
  const answer = ok(
    await toy.as(by, 'POST', '/rest/api/3/issue', {
      fields: { project: { key: 'REL' }, issuetype: { name: 'Task' }, summary },
    }),
  );
  return String(at(answer.body, 'key'));
}

export async function move(
  toy: ToyJira,
  by: string,
  key: string,
  transitionId: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  return toy.as(by, 'POST', `/rest/api/3/issue/${key}/transitions`, {
    transition: { id: transitionId },
    ...more,
  });
}

export async function statusOf(toy: ToyJira, key: string): Promise<unknown> {
  const answer = await toy.as('admin', 'GET', `/rest/api/3/issue/${key}?fields=status`);
  return at(answer.body, 'fields', 'status', 'name');
}

/** The answer, if it is no refusal. */
export function ok(answer: Answer): Answer {
  if (answer.status >= 400) throw new Error(`${answer.status} ${answer.text}`);
  return answer;
}
