/** The app behind the panel, and Jira, reached as the person in front of it. */
import { invoke, requestJira, view } from '@forge/bridge';
import type { PanelAnswers, Reply } from '#wire/page';

/** Asks the app; where it refuses, the error's message is the sentence for people. */
export async function ask<Name extends keyof PanelAnswers>(
  name: Name,
  payload: Record<string, unknown> = {},
): Promise<PanelAnswers[Name]> {
  const reply = await invoke<Reply<PanelAnswers[Name]>>(name, payload);
  if (!('kind' in reply)) throw new Error('Jira answered what nobody asked for: metadata.');
  if (reply.kind === 'refused') throw new Error(reply.sentence);
  return reply.answer;
}

/** Follows Jira's light or dark. */
export const followTheme = (): Promise<void> => view.theme.enable();

/** A person's name as this person may see it. */
export async function personName(accountId: string): Promise<string> {
  const path = `/rest/api/3/user?accountId=${encodeURIComponent(accountId)}`;
  const response = await requestJira(path);
  if (!response.ok) return accountId;
  const user: unknown = await response.json();
  return hasName(user) ? user.displayName : accountId;
}

const hasName = (user: unknown): user is { readonly displayName: string } =>
  typeof user === 'object' &&
  user !== null &&
  'displayName' in user &&
  typeof user.displayName === 'string';
