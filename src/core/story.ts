/** What an event says in a release's story, and who caused it. */
import type { ActsHead } from './act-chain';
import { contentText } from './content';
import type { JobClaim } from './job';
import type { ReleaseEvent } from './release-event';
import { utcText } from './utc-text';

/** The event in words; people are named apart from them. */
export function eventText(event: ReleaseEvent): string {
  switch (event.type) {
    case 'created':
      return 'created the release';
    case 'content-edited':
      return `changed the content: ${contentText(event.content)}`;
    case 'submitted':
      return `submitted it for ${event.environment}`;
    case 'plan-changed':
      return `bound plan ${event.planDigest.slice(0, 12)}`;
    case 'approved':
      return `approved as “${event.step}” the plan ${event.planDigest.slice(0, 12)}`;
    case 'rejected':
      return `rejected it: ${event.reason}`;
    case 'approvals-met':
      return 'found all approvals given';
    case 'approvals-stale':
      return 'found the approvals stale, because the plan changed';
    case 'started':
      return `started attempt ${String(event.attempt)}`;
    case 'script-reviewed':
      return event.verdict === 'approved'
        ? `approved the script ${event.script}`
        : `rejected the script ${event.script}: ${event.reason}`;
    case 'script-rejected':
      return `stopped at the script ${event.script}, which was rejected: ${event.reason}`;
    case 'no-sql':
      return 'found no SQL to run';
    case 'sql-submitted':
      return 'had the scripts run';
    case 'sql-succeeded':
      return 'saw every script succeed';
    case 'sql-failed':
      return `saw SQL fail (${event.failure.class}): ${event.failure.sentence}`;
    case 'no-config':
      return 'found no configuration to apply';
    case 'handwork-left':
      return 'found configuration that a person applies by hand';
    case 'config-applied':
      return 'saw the configuration applied';
    case 'config-confirmed':
      return 'confirmed the configuration';
    case 'config-failed':
      return `saw CONFIG fail (${event.failure.class}): ${event.failure.sentence}`;
    case 'config-reported-failed':
      return `reported that the configuration failed: ${event.reason}`;
    case 'no-code':
      return 'found no code to deploy';
    case 'stage-offered':
      return `had the agents run ${event.stage} (job ${event.job})`;
    case 'job-claimed':
      return `${claimText(event)}${actsText(event.acts)}`;
    case 'outcome-unknown':
      return `could not learn the outcome: ${event.question}`;
    case 'answered':
      return `answered “${event.answer.replace('-', ' ')}” about ${event.isStatement ? 'the statement that is in doubt in ' : ''}job ${event.job}`;
    case 'code-succeeded':
      return 'saw the new version healthy on every host';
    case 'code-failed':
      return `saw CODE fail (${event.failure.class}): ${event.failure.sentence}`;
    case 'verified':
      return event.job === null ? 'found no host to verify' : 'verified every host';
    case 'not-verified':
      return `saw VERIFY fail (${event.failure.class}): ${event.failure.sentence}`;
    case 'retried':
      return `retried ${event.stage}`;
    case 'promoted':
      return `promoted it to ${event.environment}`;
    case 'rollback-started':
      return `started the rollback: ${event.reason}`;
    case 'rolled-back':
      return 'saw every host serve again what it served before';
    case 'rollback-failed':
      return `saw ROLLBACK fail (${event.failure.class}): ${event.failure.sentence}`;
    case 'completed':
      return 'completed the release';
    case 'iterated':
      return 'took it back to Draft for new content';
    case 'aborted':
      return `aborted it: ${event.reason}`;
    case 'issue-gone':
      return 'ended the release, because its issue was deleted or is no release of this project any more';
    case 'move-undone':
      return `moved the issue to ${event.from}, which was put back: ${event.reason}`;
  }
}

/** Who worked on a job, and when it changed hands. */
export function claimText({ job, name, former, at, times }: JobClaim & { job: string }): string {
  const why = former === null ? '' : `, because nothing was heard from ${former} any more`;
  const often = times === 1 ? '' : `; it claimed the job ${String(times)} times`;
  return `gave job ${job} to agent ${name} at ${utcText(at)}${why}${often}`;
}

const actsText = (acts: ActsHead | undefined): string =>
  acts
    ? `; the audit holds ${String(acts.count)} ${acts.count === 1 ? 'act' : 'acts'} of the job`
    : '';

/** The account id of whoever caused the event; null where Interlock acted by rule. */
export function eventActor(event: ReleaseEvent): string | null {
  if (event.type === 'created') return event.reporter;
  return 'by' in event ? event.by : null;
}
