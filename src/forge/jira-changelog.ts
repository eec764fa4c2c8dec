/** What has changed in an issue, as Jira's changelog and its events tell it. */
import { route } from '@forge/api';
import { z } from 'zod';
import type { StatusChange } from '#app/ports';
import { plainText } from './adf';
import { ask, asAppClient } from './jira-client';

/** Changes in one page of a changelog: Jira's default. */
const CHANGES_PAGE = 100;

/** One field's change, in an issue's changelog and in an event. */
export const ChangelogItem = z.record(z.string(), z.unknown());
type ChangelogItem = z.infer<typeof ChangelogItem>;

const Changelog = z.object({
  total: z.int(),
  values: z.array(
    z.object({
      id: z.string(),
      author: z.object({ accountId: z.string() }).nullish(),
      items: z.array(ChangelogItem),
    }),
  ),
});

type Entry = z.infer<typeof Changelog>['values'][number];

/** Jira pages a changelog from its oldest entry, so a long one takes a second call for its end. */
export async function statusChanges(issueId: string): Promise<readonly StatusChange[]> {
  const first = await changelogFrom(issueId, 0);
  const last =
    first.total > CHANGES_PAGE ? await changelogFrom(issueId, first.total - CHANGES_PAGE) : first;
  return last.values.flatMap(toStatusChange).reverse();
}

const changelogFrom = (issueId: string, startAt: number) =>
  ask(
    asAppClient,
    {
      method: 'GET',
      path: route`/rest/api/3/issue/${issueId}/changelog?startAt=${startAt}&maxResults=${CHANGES_PAGE}`,
    },
    Changelog,
  );

function toStatusChange({ id, author, items }: Entry): StatusChange[] {
  const change = Moved.safeParse(items.find(({ fieldId }) => fieldId === 'status')).data;
  if (!change) return [];
  const texts = items.flatMap((item) => {
    const text = writtenText(item);
    return typeof item['fieldId'] === 'string' && text !== null
      ? [[item['fieldId'], text] as const]
      : [];
  });
  return [{ id, author: author?.accountId ?? null, ...change, texts: Object.fromEntries(texts) }];
}

const Moved = z.object({ from: z.string(), to: z.string() });

/** The text that the change left in the field; null where it left none. */
export function writtenText(item: ChangelogItem): string | null {
  // Its own member, never the method that every object has.
  return Object.hasOwn(item, 'toString') ? plainText(item['toString']) : null;
}
