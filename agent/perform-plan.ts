/** The work of a job: its plan by digest, then what the plan says for the stage that was claimed. */
import type { Plan } from '#core/plan';
import { KINDS_OF } from '#core/plan-step';
import type { FinishOutcome } from '#wire/agent';
import type { PartEnd } from './bound-step';
import { applyChanges } from './centres/apply-changes';
import { restoreNamespaces } from './centres/restore-namespaces';
import { fetchPlan } from './fetch-plan';
import type { Hold, Stop } from './hold';
import { performOnHosts } from './perform-on-hosts';
import type { Agent } from './ports/agent';
import { runScripts } from './sql/run-scripts';

/** How the work of a job ends: with an outcome for the app, or without one. */
export type WorkEnd = FinishOutcome | Exclude<Stop, { kind: 'refused' }>;

/** Performs what the plan says for the stage that was claimed. */
export async function performPlan(agent: Agent, hold: Hold): Promise<WorkEnd> {
  const end = await perform(agent, hold);
  return end.kind === 'refused' ? { kind: 'failed', failure: end.failure } : end;
}

async function perform(agent: Agent, hold: Hold): Promise<PartEnd> {
  const permit = await hold.mayBegin();
  if (permit.kind !== 'yes') return permit;
  const fetched = await fetchPlan(agent, hold);
  if (fetched.kind !== 'plan') return fetched;
  return performStage(agent, hold, fetched.plan);
}

async function performStage(agent: Agent, hold: Hold, { issueId, steps }: Plan): Promise<PartEnd> {
  const kinds = KINDS_OF[hold.claim.stage];
  const due = steps.filter(({ stage }) => kinds.includes(stage));
  switch (hold.claim.stage) {
    case 'SQL':
      return runScripts(
        agent,
        hold,
        issueId,
        due.filter((step) => step.stage === 'SQL'),
      );
    case 'CONFIG':
      return applyChanges(
        agent,
        hold,
        due.filter((step) => step.stage === 'CONFIG'),
      );
    case 'CODE':
      return performOnHosts(
        agent,
        hold,
        due.filter((step) => step.stage === 'CODE'),
        steps.filter((step) => step.stage === 'CONFIG'),
      );
    case 'VERIFY':
      return performOnHosts(
        agent,
        hold,
        due.filter((step) => step.stage === 'VERIFY'),
      );
    case 'ROLLBACK': {
      const back = due.filter((step) => step.stage === 'ROLLBACK');
      const restored = due.filter((step) => step.stage === 'RESTORE');
      const end = await performOnHosts(agent, hold, back, restored);
      if (end.kind !== 'succeeded') return end;
      return restoreNamespaces(agent, hold, restored);
    }
  }
}
