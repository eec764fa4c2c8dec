/** Issues of the demo, moved as people move them: by clicking transitions. */
import { z } from 'zod';
import { JiraRefusal, waitFor } from './jira-client';
import type { JiraClient } from './jira-client';

const Created = z.object({ id: z.string(), key: z.string() });
const Status = z.object({ fields: z.object({ status: z.object({ name: z.string() }) }) });
const Transitions = z.object({
  transitions: z.array(z.object({ id: z.string(), name: z.string() })),
});
const Fields = z.array(z.object({ id: z.string(), name: z.string() }));
const IssueTypes = z.array(z.object({ id: z.string(), name: z.string() }));

/** Creates a release issue; answers its key. */
export async function createRelease(
  jira: JiraClient,
  project: string,
  summary: string,
): Promise<string> {
  const types = IssueTypes.parse(await jira.request('GET', '/rest/api/3/issuetype'));
  const release = types.find((type) => type.name === 'Release');
  if (!release) throw new Error('There is no issue type Release; install the workflow first.');
  const fields = { project: { key: project }, issuetype: { id: release.id }, summary };
  return Created.parse(await jira.request('POST', '/rest/api/3/issue', { fields })).key;
}

/** The name of the issue's status. */
export const statusOf = async (jira: JiraClient, issueKey: string): Promise<string> =>
  Status.parse(await jira.request('GET', `/rest/api/3/issue/${issueKey}?fields=status`)).fields
    .status.name;

/** The names of the transitions that Jira offers this person now. */
export const offered = async (
  jira: JiraClient,
  issueKey: string,
): Promise<readonly { id: string; name: string }[]> =>
  Transitions.parse(await jira.request('GET', `/rest/api/3/issue/${issueKey}/transitions`))
    .transitions;

/** Clicks a transition, as soon as Jira offers it; Jira's refusal is thrown. */
export async function click(
  jira: JiraClient,
  issueKey: string,
  name: string,
  fields?: Readonly<Record<string, unknown>>,
): Promise<void> {
  const transition = await waitFor(`the transition ${name} on ${issueKey}`, async () =>
    (await offered(jira, issueKey)).find((candidate) => candidate.name === name),
  );
  await jira.request('POST', `/rest/api/3/issue/${issueKey}/transitions`, {
    transition: { id: transition.id },
    ...(fields ? { fields } : {}),
  });
}

/** Clicks a transition whose screen asks for a reason, and writes one. */
export async function clickWithReason(
  jira: JiraClient,
  issueKey: string,
  name: string,
  reason: string,
): Promise<void> {
  const fields = Fields.parse(await jira.request('GET', '/rest/api/3/field'));
  const field = fields.find((candidate) => candidate.name === 'Reason');
  if (!field) throw new Error('There is no field Reason; install the workflow first.');
  const paragraph = { type: 'paragraph', content: [{ type: 'text', text: reason }] };
  const document = { type: 'doc', version: 1, content: [paragraph] };
  await click(jira, issueKey, name, { [field.id]: document });
}

/** A look that brings only "try again" is followed by the next one. */
async function look(jira: JiraClient, issueKey: string): Promise<void> {
  try {
    await jira.invoke({ module: 'release-panel', name: 'release.show', issueKey });
  } catch (error) {
    if (!(error instanceof JiraRefusal)) throw error;
    console.error(`The panel of ${issueKey} said: ${error.message}`);
  }
}

/** As often as an open panel asks while work is under way. */
const LOOK_MILLISECONDS = 3_000;

/** Waits until the issue stands in a status, looking at its panel meanwhile as a person does. */
export async function untilStatus(
  jira: JiraClient,
  issueKey: string,
  names: string | readonly string[],
  deadlineSeconds = 90,
): Promise<string> {
  const wanted = typeof names === 'string' ? [names] : names;
  let lookedAt = -Infinity;
  return waitFor(
    `${issueKey} in ${wanted.join(' or ')}`,
    async () => {
      if (performance.now() - lookedAt >= LOOK_MILLISECONDS) {
        await look(jira, issueKey);
        lookedAt = performance.now();
      }
      const status = await statusOf(jira, issueKey);
      return wanted.includes(status) ? status : undefined;
    },
    deadlineSeconds,
  );
}
