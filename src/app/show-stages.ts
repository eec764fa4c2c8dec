/** How far a release has come through its four stages. */
import type { Plan } from '#core/plan';
import type { Release } from '#core/release';
import { scriptsToRun } from '#core/scripts';
import type { Status } from '#core/status';
import type { StageView } from '#wire/page';

type Stage = StageView['stage'];

const STAGES: readonly Stage[] = ['SQL', 'CONFIG', 'CODE', 'VERIFY'];

/** The stage that a status is in; `end` once all are done. */
const AT: Partial<Record<Status, Stage | 'end'>> = {
  'sql-pending': 'SQL',
  'sql-executing': 'SQL',
  'config-executing': 'CONFIG',
  'code-executing': 'CODE',
  grayscale: 'CODE',
  verifying: 'VERIFY',
  deployed: 'end',
  released: 'end',
};

/** `plan`: the bound one; without it the content says what there is to do. */
export const stagesOf = (release: Release, plan: Plan | undefined): readonly StageView[] =>
  STAGES.map((stage) => ({
    stage,
    state: hasWork(stage, release, plan) ? stateOf(stage, release) : 'none',
  }));

function hasWork(stage: Stage, { content }: Release, plan: Plan | undefined): boolean {
  if (plan) return plan.steps.some((step) => step.stage === stage);
  switch (stage) {
    case 'SQL':
      return (content?.sql.length ?? 0) > 0;
    case 'CONFIG':
      return (content?.config.length ?? 0) > 0;
    case 'CODE':
    case 'VERIFY':
      return (content?.code.length ?? 0) > 0;
  }
}

function stateOf(stage: Stage, release: Release): StageView['state'] {
  const { status, failure } = release;
  if (status === 'rolling-back') return onTheWayBack(stage, release, 'active');
  if (status === 'rolled-back') return onTheWayBack(stage, release, 'waiting');
  if (failure?.stage === 'ROLLBACK') return onTheWayBack(stage, release, 'failed');
  if (failure !== null) return relativeTo(stage, failure.stage, 'failed');
  const at = AT[status];
  if (at === undefined) return 'waiting';
  return at === 'end' ? 'done' : relativeTo(stage, at, 'active');
}

function relativeTo(stage: Stage, at: Stage, there: 'active' | 'failed'): StageView['state'] {
  const distance = STAGES.indexOf(stage) - STAGES.indexOf(at);
  if (distance === 0) return there;
  return distance < 0 ? 'done' : 'waiting';
}

/** What SQL has changed is kept; configuration and code go back together, and nothing is verified any more. */
function onTheWayBack(
  stage: Stage,
  release: Release,
  there: 'active' | 'failed' | 'waiting',
): StageView['state'] {
  if (stage === 'SQL') return scriptsToRun(release).length === 0 ? 'done' : 'waiting';
  return stage === 'VERIFY' ? 'waiting' : there;
}
