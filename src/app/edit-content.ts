/** A person writes what the release carries. */
import type { Content } from '#core/content';
import { sentenceOf } from '#core/refusal';
import { ensureRelease } from './ensure-release';
import type { Outcome } from '#wire/page';
import { outcomeOf, refused } from './outcome';
import type { Ports } from './ports';
import { runCommand } from './run-command';

/** Replaces the content; approvals of another plan go stale. */
export async function editContent(
  ports: Ports,
  input: { readonly issueId: string; readonly accountId: string; readonly content: Content },
): Promise<Outcome> {
  const issue = await ports.jira.issue(input.issueId);
  const record = issue ? await ensureRelease(ports, issue) : undefined;
  if (!record) return refused(sentenceOf({ why: 'not-a-release' }));
  const mayEdit = await ports.jira.mayEdit(input.accountId, input.issueId, record.project);
  const person = { accountId: input.accountId, groupIds: [], mayEdit };
  return outcomeOf(
    await runCommand(ports, input.issueId, async () => ({
      command: { type: 'edit-content', person, content: input.content },
    })),
  );
}
