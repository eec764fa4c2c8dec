/** The app behind a page, and Jira, reached as the person in front of it. */
import { invoke, requestJira, showFlag, view } from '@forge/bridge';
import type { Reply } from '#wire/page';

/** Makes the one function that a page asks its resolver with; where the app refuses, the error's message is the sentence for people. */
export const asker =
  <Answers>() =>
  async <Name extends keyof Answers & string>(
    name: Name,
    payload: Record<string, unknown> = {},
  ): Promise<Answers[Name]> => {
    const reply = await invoke<Reply<Answers[Name]>>(name, payload);
    if (!('kind' in reply)) throw new Error('Jira answered what nobody asked for: metadata.');
    if (reply.kind === 'refused') throw new Error(reply.sentence);
    return reply.answer;
  };

/** Follows Jira's light or dark. */
export const followTheme = (): Promise<void> => view.theme.enable();

/** One short word about the person's own act, drawn by Jira over the whole page. */
export function tell(title: string): void {
  showFlag({ id: 'interlock', title, type: 'success', isAutoDismiss: true });
}

export interface FoundPerson {
  readonly accountId: string;
  readonly name: string;
}

/** A person's name as this person may see it; the account id where Jira does not tell it. */
export async function personName(accountId: string): Promise<string> {
  const path = `/rest/api/3/user?accountId=${encodeURIComponent(accountId)}`;
  const response = await requestJira(path);
  if (!response.ok) return accountId;
  return personOf(await response.json())?.name ?? accountId;
}

/** People whose name or address has the words. */
export async function findPeople(words: string): Promise<readonly FoundPerson[]> {
  const path = `/rest/api/3/user/search?maxResults=8&query=${encodeURIComponent(words)}`;
  const response = await requestJira(path);
  if (!response.ok) throw new Error('Jira did not let you search for people; ask a Jira admin.');
  const users: unknown = await response.json();
  return Array.isArray(users) ? users.flatMap((user: unknown) => personOf(user) ?? []) : [];
}

function personOf(user: unknown): FoundPerson | undefined {
  if (typeof user !== 'object' || user === null) return undefined;
  if (!('displayName' in user) || typeof user.displayName !== 'string') return undefined;
  if (!('accountId' in user) || typeof user.accountId !== 'string') return undefined;
  return { accountId: user.accountId, name: user.displayName };
}
