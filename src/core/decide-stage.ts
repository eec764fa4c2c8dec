/** What the end of an agent's job becomes, and a person's answer to what the agent could not learn. */
import { answersTo, attendanceOf } from './attendance';
import type { Attendance } from './attendance';
import type { AnsweredWork, Command } from './command';
import { accept, refuse } from './decision';
import type { Decision } from './decision';
import type { Facts } from './facts';
import type { Failure } from './failure';
import { refuseAnswer } from './permissions';
import type { Refusal } from './refusal';
import type { Release, Run } from './release';
import type { ReleaseEvent, UnknownAnswer } from './release-event';
import { verified } from './settle';

/** Only the job that the release waits for counts. */
export function decideFinish(
  release: Release,
  command: Extract<Command, { type: 'finish-stage' }>,
  facts: Facts,
): Decision {
  const { job, stage, outcome } = command;
  if (release.run?.job !== job || release.run.stage !== stage)
    return refuse({ why: 'job-superseded', job });
  switch (outcome.kind) {
    case 'unknown':
      return accept({
        type: 'outcome-unknown',
        job,
        question: outcome.question,
        ...(stage === 'SQL' && outcome.isStatement && { isStatement: true }),
      });
    case 'failed':
      return accept({ type: FAILED[stage], job, failure: outcome.failure });
    case 'succeeded':
      return accept(succeeded(release, { stage, job }, facts));
  }
}

/** Verification by observation follows «done», so that a wrong answer is found out. */
export function decideAnswer(
  release: Release,
  command: Extract<Command, { type: 'answer' }>,
  facts: Facts,
): Decision {
  const { run } = release;
  if (!run) return refuse({ why: 'nothing-unknown', status: release.status });
  const other = otherWork(command.about, run, release.question);
  if (other) return refuse(other);
  const attendance = attendanceOf(command.job, facts);
  if (!answersTo(release.question, attendance).includes(command.answer))
    return refuse(tooEarly(run, attendance, command.answer));
  const notAllowed = refuseAnswer(command.person, release, facts);
  if (notAllowed) return refuse(notAllowed);

  const by = command.person.accountId;
  const ofStatement = release.question !== null && release.asksStatement;
  const answered: ReleaseEvent = {
    type: 'answered',
    by,
    job: run.job,
    answer: command.answer,
    ...(ofStatement && { isStatement: true }),
  };
  // A new job does what is left: behind the statement where that one is done.
  if (command.answer === 'retry' || (ofStatement && command.answer === 'done'))
    return accept(answered);
  if (command.answer === 'not-done') {
    const failure = failureOf(run, attendance);
    return accept(answered, { type: FAILED[run.stage], job: run.job, failure });
  }
  return accept(answered, succeeded(release, run, facts));
}

/** Where nothing has begun, nothing is unknown. */
const failureOf = ({ stage, job }: Run, { kind }: Attendance): Failure =>
  kind === 'unclaimed' || kind === 'unoffered'
    ? { class: 'stopped', sentence: `A person stopped ${stage}: no agent had taken up job ${job}.` }
    : { class: 'unknown', sentence: `A person answered that ${stage} was not done.` };

/** Two people may answer at once, and an agent may come back with a question in between. */
function otherWork(
  about: AnsweredWork | null,
  { job }: Run,
  question: string | null,
): Refusal | undefined {
  if (about === null) return { why: 'answer-to-nothing' };
  const isSame = about.job === job && about.isAsked === (question !== null);
  return isSame ? undefined : { why: 'answer-to-other' };
}

function tooEarly({ job }: Run, attendance: Attendance, answer: UnknownAnswer): Refusal {
  if (attendance.kind === 'at-work') return { why: 'still-working', job };
  if (answer === 'done') return { why: 'never-begun', job };
  return attendance.kind === 'unclaimed' && attendance.isLong
    ? { why: 'agent-there', job }
    : { why: 'not-taken-up', job };
}

/** What the success of a stage's job means. */
function succeeded(release: Release, { stage, job }: Run, facts: Facts): ReleaseEvent {
  switch (stage) {
    case 'SQL':
      return { type: 'sql-succeeded', job };
    case 'CONFIG':
      return release.content?.config.some(({ byHand }) => byHand)
        ? { type: 'handwork-left', job }
        : { type: 'config-applied', job };
    case 'CODE':
      return { type: 'code-succeeded', job };
    case 'VERIFY':
      return verified(release, job, facts);
    case 'ROLLBACK':
      return { type: 'rolled-back', job };
  }
}

const FAILED = {
  SQL: 'sql-failed',
  CONFIG: 'config-failed',
  CODE: 'code-failed',
  VERIFY: 'not-verified',
  ROLLBACK: 'rollback-failed',
} as const;
