/** A person says what became of work whose outcome nobody knows. */
import type { UnknownAnswer } from '#core/release';
import { TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import type { Outcome } from '#wire/page';
import { outcomeOf } from './outcome';
import type { Ports } from './ports';
import { runCommand } from './run-command';

/** Possible when the agent asked, or when no agent has been at work for a lease and its grace. */
export async function answerUnknown(
  ports: Ports,
  input: { readonly issueId: string; readonly accountId: string; readonly answer: UnknownAnswer },
): Promise<Outcome> {
  const record = await ports.store.get('release', input.issueId);
  const run = record?.state.run;
  const job = run ? await ports.store.get('job', run.job) : undefined;
  const lastTouched = Math.max(job?.leaseUntil ?? 0, job?.offeredAt ?? 0);
  const result = await runCommand(ports, input.issueId, {
    type: 'answer',
    person: { accountId: input.accountId, groupIds: [], mayEdit: false },
    answer: input.answer,
    abandoned: job !== undefined && ports.clock.now() >= lastTouched + TAKEOVER_GRACE_SECONDS,
  });
  return outcomeOf(result);
}
