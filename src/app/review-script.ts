/** A DBA judges one script, as they saw it. */
import { sentenceOf } from '#core/refusal';
import type { Outcome } from '#wire/page';
import { outcomeOf, refused } from './outcome';
import type { Ports } from './ports';
import { runCommand } from './run-command';

interface Review {
  readonly issueId: string;
  readonly accountId: string;
  readonly script: string;
  /** What they saw: a script that was changed meanwhile is another. */
  readonly mark: string;
  readonly verdict: 'approved' | 'rejected';
  readonly reason: string;
}

/** Records the verdict; after a rejection the release stops by rule. */
export async function reviewScript(ports: Ports, input: Review): Promise<Outcome> {
  const { issueId, accountId, ...review } = input;
  const record = await ports.store.get('release', issueId);
  if (!record) return refused(sentenceOf({ why: 'not-a-release' }));
  const person = { accountId, groupIds: [], mayEdit: false };
  return outcomeOf(
    await runCommand(
      ports,
      issueId,
      async () => ({ command: { type: 'review-script', person, ...review } }),
      record,
    ),
  );
}
