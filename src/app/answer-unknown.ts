/** A person says what became of work whose outcome nobody knows. */
import type { AnsweredWork } from '#core/command';
import { sentenceOf } from '#core/refusal';
import type { UnknownAnswer } from '#core/release-event';
import type { Outcome } from '#wire/page';
import type { ReleaseRecord } from '#wire/records';
import { attendanceIn } from './abandoned';
import { endedJob } from './offer-job';
import { outcomeOf, refused } from './outcome';
import type { Ports } from './ports';
import { runCommand } from './run-command';
import type { Attempt } from './run-command';

interface Answer {
  readonly issueId: string;
  readonly accountId: string;
  readonly answer: UnknownAnswer;
  /** What the page showed; pages of yesterday do not say it. */
  readonly about?: AnsweredWork | undefined;
}

/** Possible when the agent asked, when it has left, or when none has come. */
export async function answerUnknown(ports: Ports, input: Answer): Promise<Outcome> {
  const record = await ports.store.get('release', input.issueId);
  if (!record) return refused(sentenceOf({ why: 'not-a-release' }));
  return outcomeOf(
    await runCommand(ports, input.issueId, (release) => attempt(ports, release, input)),
  );
}

/** The answer and the end of the job are one: an agent that comes back at the same moment is seen. */
async function attempt(ports: Ports, record: ReleaseRecord, input: Answer): Promise<Attempt> {
  const { run } = record.state;
  const job = run ? await ports.store.get('job', run.job) : undefined;
  const command = {
    type: 'answer',
    person: { accountId: input.accountId, groupIds: [], mayEdit: false },
    answer: input.answer,
    about: input.about ?? null,
    job: attendanceIn(job, ports.clock.now()),
  } as const;
  return job && job.status !== 'finished' ? { command, ...endedJob(job) } : { command };
}
