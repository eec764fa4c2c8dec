/** The panel's hosts, scripts and configuration, as the agent's last words leave them. */
import type { ConfigChange, SqlScript } from '#core/content';
import { runsIn } from '#core/content';
import { executedMark } from '#core/plan';
import type { Release } from '#core/release';
import { executedIn, reviewMark, reviewOf } from '#core/scripts';
import type { HostState } from '#wire/agent';
import type { ConfigView, HostView, ScriptView } from '#wire/page';
import type { PlanStates } from './read-states';
import { stagesOf } from './show-stages';

/** Every host of the plan, in the plan's order. */
export const hostsOf = (states: PlanStates | undefined): readonly HostView[] =>
  (states?.plan.steps ?? [])
    .filter((step) => step.stage === 'CODE')
    .flatMap((step) =>
      step.hosts.map(({ id, name, address }): HostView => {
        const told = states?.told(step.id, id);
        return {
          id,
          name,
          address,
          site: step.site,
          version: step.version,
          state: told?.state ?? 'waiting',
          note: told?.note ?? '',
          at: told?.at ?? null,
        };
      }),
    );

/** Every script of the content, whether it runs here or not. */
export const scriptsOf = (
  release: Release,
  states: PlanStates | undefined,
): readonly ScriptView[] =>
  (release.content?.sql ?? []).map((script): ScriptView => {
    const review = reviewOf(release, script);
    const { id, name, database, text, undo } = script;
    return {
      id,
      name,
      database,
      sha256: text.sha256,
      bytes: text.bytes,
      undoSha256: undo?.sha256 ?? null,
      mark: reviewMark(script),
      review: review ? { verdict: review.verdict, by: review.by, reason: review.reason } : null,
      ...progressOf(release, script, states),
    };
  });

type Progress = Pick<ScriptView, 'state' | 'note'>;

function progressOf(release: Release, script: SqlScript, states: PlanStates | undefined): Progress {
  const { environment, executed } = release;
  if (environment === null) return { state: 'waiting', note: '' };
  if (!runsIn(script, environment))
    return { state: 'skipped', note: `It does not run in ${environment}.` };
  const step = states?.plan.steps.find(
    (candidate) => candidate.stage === 'SQL' && candidate.script === script.id,
  );
  const hasRun = executedIn({ environment }, executed).includes(executedMark(script));
  if (!step && hasRun) return { state: 'skipped', note: `It has run in ${environment} before.` };
  const told = step && states?.told(step.id, script.id);
  // Whoever answered «done» knows more than the agent that lost its way.
  if (hasRun && told?.state !== 'done') return { state: 'done', note: '' };
  return { state: stateOf(told?.state), note: told?.note ?? '' };
}

/** Every configuration change of the content. */
export const configOf = (release: Release, states: PlanStates | undefined): readonly ConfigView[] =>
  (release.content?.config ?? []).map((change): ConfigView => {
    const { id, centre, application, namespace, changes, keys, byHand } = change;
    const place = { id, centre, application, namespace, changesSha256: changes.sha256, keys };
    return { ...place, byHand, ...configProgress(release, change, states) };
  });

function configProgress(
  release: Release,
  { id, byHand }: ConfigChange,
  states: PlanStates | undefined,
): Pick<ConfigView, 'state' | 'note'> {
  if (byHand) return handProgress(release, states);
  const told = (stage: 'CONFIG' | 'RESTORE') => {
    const step = states?.plan.steps.find(
      (candidate) => candidate.stage === stage && candidate.change === id,
    );
    return step && states?.told(step.id, id);
  };
  const last = isGoneBack(release) ? (told('RESTORE') ?? told('CONFIG')) : told('CONFIG');
  return { state: stateOf(last?.state), note: last?.note ?? '' };
}

/** The way back has its own words about a namespace. */
const isGoneBack = ({ status, failure }: Release): boolean =>
  status === 'rolling-back' || status === 'rolled-back' || failure?.stage === 'ROLLBACK';

/** No agent touches it, so the stage speaks for it. */
function handProgress(
  release: Release,
  states: PlanStates | undefined,
): Pick<ConfigView, 'state' | 'note'> {
  const stage = stagesOf(release, states?.plan).find((view) => view.stage === 'CONFIG');
  if (stage?.state === 'done') return { state: 'done', note: '' };
  if (stage?.state === 'failed') return { state: 'failed', note: release.failure?.sentence ?? '' };
  return {
    state: 'waiting',
    note: release.handworkLeft ? 'It waits to be applied by hand.' : '',
  };
}

function stateOf(told: HostState | undefined): ConfigView['state'] {
  switch (told) {
    case 'running':
    case 'done':
    case 'failed':
    case 'unknown':
      return told;
    case 'healthy':
      return 'done';
    case 'waiting':
    case 'staging':
    case 'staged':
    case 'switching':
    case 'switched':
    case 'starting':
    case undefined:
      return 'waiting';
  }
}
