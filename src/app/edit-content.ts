/** A person writes what the release carries. */
import type { Content } from '#core/content';
import { contentProblem } from '#core/content-problem';
import { sentenceOf } from '#core/refusal';
import type { Status } from '#core/status';
import type { Outcome } from '#wire/page';
import type { ReleaseRecord } from '#wire/records';
import { checkTexts } from './check-texts';
import { contentMark } from './content-mark';
import { ensureRelease } from './ensure-release';
import { outcomeOf, refused } from './outcome';
import type { Ports } from './ports';
import { runCommand } from './run-command';
import { loadSettings } from './world';

export interface Edit {
  readonly issueId: string;
  readonly accountId: string;
  readonly content: Content;
  /** What the person saw while writing; absent: the edit holds whatever stands there. */
  readonly base?: string | undefined;
}

/** Replaces the content that the person saw; approvals of another plan go stale. */
export async function editContent(ports: Ports, edit: Edit): Promise<Outcome> {
  const { issueId, accountId, content, base } = edit;
  const sentence =
    (await refuseEditor(ports, { issueId, accountId })) ??
    (await checkContent(ports, issueId, content));
  if (sentence !== null) return refused(sentence);
  const person = { accountId, groupIds: [], mayEdit: true };
  return outcomeOf(
    await runCommand(ports, issueId, async ({ state }) => ({
      command: { type: 'edit-content', person, content },
      objection:
        base === undefined || base === contentMark(ports, state)
          ? undefined
          : { why: 'changed-while-writing' },
    })),
  );
}

/** What is wrong with it, as the project and its texts are now; null when nothing is. */
async function checkContent(
  ports: Ports,
  issueId: string,
  content: Content,
): Promise<string | null> {
  const release = await ports.store.get('release', issueId);
  if (!release) return sentenceOf({ why: 'not-a-release' });
  const { policy } = await loadSettings(ports.store, release.project);
  return contentProblem(content, policy) ?? (await checkTexts(ports, issueId, content, policy));
}

/** Why the person cannot edit the content, whatever it is: their permission first; null when they can. */
export async function refuseEditor(
  ports: Ports,
  { issueId, accountId }: { readonly issueId: string; readonly accountId: string },
): Promise<string | null> {
  const issue = await ports.jira.issue(issueId);
  const record = issue ? await ensureRelease(ports, issue) : undefined;
  if (!record) return sentenceOf({ why: 'not-a-release' });
  return (await mayEditContent(ports, record, accountId)) ?? editRefusal(record.state.status);
}

const EDITABLE: readonly Status[] = ['draft', 'awaiting-approval', 'ready'];

const EDITING = 'Editing the content';

/** Why the content cannot be edited in a status; null when it can. */
export const editRefusal = (status: Status): string | null =>
  EDITABLE.includes(status) ? null : sentenceOf({ why: 'not-in-status', wanted: EDITING, status });

/** Why Jira does not let this person edit; null when it does. */
export async function mayEditContent(
  { jira }: Ports,
  { state, project }: ReleaseRecord,
  accountId: string,
): Promise<string | null> {
  if (await jira.mayEdit(accountId, state.issueId, project)) return null;
  const { environment } = state;
  return sentenceOf({ why: 'person-may-not', wanted: EDITING, who: 'editor', environment });
}
