/** Jira's own transitions, seen and performed as the person in front of the panel. */
import { requestJira } from '@forge/bridge';

/** A transition that Jira offers this person now. */
export interface OfferedTransition {
  readonly id: string;
  readonly name: string;
  /** The field of its screen that takes a reason; null where it has none. */
  readonly reasonField: { readonly id: string; readonly isDocument: boolean } | null;
}

/** What this person may do with the issue, by Jira's word. */
export async function offeredTransitions(issueKey: string): Promise<readonly OfferedTransition[]> {
  const response = await requestJira(`${pathOf(issueKey)}?expand=transitions.fields`);
  if (!response.ok) {
    throw new Error(await sentenceOf(response, 'Jira did not say what you may do; reload.'));
  }
  const answer: unknown = await response.json();
  const listed = isRecord(answer) ? answer['transitions'] : undefined;
  return Array.isArray(listed) ? listed.flatMap((each: unknown) => transitionOf(each) ?? []) : [];
}

/** The name of the status that the issue stands in by Jira's word; undefined where Jira does not say. */
export async function issueStatus(issueKey: string): Promise<string | undefined> {
  const response = await requestJira(`${issueOf(issueKey)}?fields=status`);
  const answer: unknown = response.ok ? await response.json() : undefined;
  const fields = isRecord(answer) ? answer['fields'] : undefined;
  const status = isRecord(fields) ? fields['status'] : undefined;
  const name = isRecord(status) ? status['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** Performs it; undefined when Jira accepted, otherwise why it did not. */
export async function performTransition(
  issueKey: string,
  { id, reasonField }: OfferedTransition,
  reason: string,
): Promise<string | undefined> {
  const response = await requestJira(pathOf(issueKey), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      transition: { id },
      ...(reasonField !== null && {
        fields: { [reasonField.id]: reasonField.isDocument ? documentOf(reason) : reason },
      }),
    }),
  });
  if (response.ok) return undefined;
  return sentenceOf(response, `Jira refused with status ${response.status}; try again.`);
}

const issueOf = (issueKey: string): string => `/rest/api/3/issue/${encodeURIComponent(issueKey)}`;

const pathOf = (issueKey: string): string => `${issueOf(issueKey)}/transitions`;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function transitionOf(value: unknown): OfferedTransition | undefined {
  if (!isRecord(value)) return undefined;
  const { id, name, fields, isAvailable } = value;
  if (typeof id !== 'string' || typeof name !== 'string' || isAvailable === false) return undefined;
  return { id, name, reasonField: isRecord(fields) ? reasonFieldOf(fields) : null };
}

/** Our transition screens ask for one text. */
function reasonFieldOf(
  fields: Readonly<Record<string, unknown>>,
): OfferedTransition['reasonField'] {
  for (const [id, field] of Object.entries(fields)) {
    const schema = isRecord(field) ? field['schema'] : undefined;
    if (!isRecord(schema) || schema['type'] !== 'string') continue;
    // Jira takes a text area's value as a document. Source: the REST API's introduction, version 3.
    return { id, isDocument: String(schema['custom']).endsWith(':textarea') };
  }
  return null;
}

const documentOf = (text: string) => ({
  type: 'doc',
  version: 1,
  content: [{ type: 'paragraph', content: [{ type: 'text', text }] }],
});

/** Jira's own words for a refusal: a validator's sentence stands in `errorMessages` or by its field. */
async function sentenceOf(response: Response, otherwise: string): Promise<string> {
  try {
    const body: unknown = await response.json();
    if (!isRecord(body)) return otherwise;
    const groups = [body['errorMessages'], body['errors']].filter(isRecord);
    const sentences = groups.flatMap(Object.values).filter((each) => typeof each === 'string');
    return sentences.length === 0 ? otherwise : sentences.join(' ');
  } catch {
    return otherwise;
  }
}
