/** The gate once more, written anew from the history alone: whether a job's plan is approved at this instant. */
import type { Policy } from '#core/policy';
import type { ReleaseEvent } from '#core/release-event';
import { leadersOf } from '#core/site';
import type { Site } from '#core/site';
import type { JobRecord, ReleaseRecord } from '#wire/records';

export interface Knowledge {
  readonly job: JobRecord;
  readonly release: ReleaseRecord;
  readonly events: readonly ReleaseEvent[];
  readonly policy: Policy;
  readonly sites: readonly Site[];
}

/** After these, earlier approvals count no more. */
const FORGETTING: readonly ReleaseEvent['type'][] = [
  'submitted',
  'promoted',
  'rejected',
  'iterated',
];

/** Why nothing may be done for the job now; undefined when its plan is approved by all who must. */
export function againstJob({ job, release, events, policy, sites }: Knowledge): string | undefined {
  const { state } = release;
  if (state.run?.job !== job.job) return `the release waits for ${state.run?.job ?? 'nothing'}`;
  if (state.planDigest !== job.planDigest) return 'the release has another plan';

  const implementers = new Set([state.reporter, ...events.flatMap(editorsIn)]);
  const since = events.findLastIndex(({ type }) => FORGETTING.includes(type));
  const given = events.slice(since + 1).filter((event) => event.type === 'approved');
  const environment = policy.environments.find(({ id }) => id === job.environment);
  for (const step of environment?.approvals ?? []) {
    const asked = accountsOf(step.from, sites);
    const valid = given
      .filter((event) => event.step === step.label && event.planDigest === job.planDigest)
      .map(({ by }) => by)
      .filter((by) => asked.includes(by) && !implementers.has(by));
    if (new Set(valid).size < step.count) return `step “${step.label}” is not approved`;
  }
  return undefined;
}

const editorsIn = (event: ReleaseEvent): readonly string[] =>
  event.type === 'content-edited' ? [event.by] : [];

function accountsOf(
  from: Policy['environments'][number]['approvals'][number]['from'],
  sites: readonly Site[],
): readonly string[] {
  switch (from.kind) {
    case 'leaders':
      return sites.flatMap(leadersOf);
    case 'accounts':
      return from.accountIds;
    case 'group':
      return [];
  }
}
