/** What the agent has last said of everything that a release's plan touches. */
import type { Plan } from '#core/plan';
import type { Release } from '#core/release';
import { parsePlan } from '#wire/plan';
import type { HostStatesRecord, JobRecord } from '#wire/records';
import { chunkKey, chunkOf, chunksOf, hostKey } from './host-chunks';
import type { Ports } from './ports';

type ToldState = HostStatesRecord['hosts'][string];

export interface PlanStates {
  readonly plan: Plan;
  /** Undefined until the agent says something about it in this attempt. */
  told(stepId: string, id: string): ToldState | undefined;
}

/** Undefined while no plan is bound. `job`: the one under way. */
export async function readStates(
  ports: Ports,
  state: Release,
  job: JobRecord | undefined,
): Promise<PlanStates | undefined> {
  const text = state.planDigest === null ? undefined : await ports.store.getText(state.planDigest);
  const plan = text === undefined ? undefined : parsePlan(text);
  if (!plan) return undefined;
  const chunks = chunksOf(plan);
  // Before a start, the latest states are those of an earlier attempt.
  const records = state.terms === null ? [] : await loadChunks(ports, state, plan, chunks);
  return {
    plan,
    told(stepId, id) {
      const key = hostKey(stepId, id);
      const known =
        records[chunkOf(key, chunks, (value) => ports.crypto.sha256(value))]?.hosts[key];
      return known && isOver(known, job) ? undefined : known;
    },
  };
}

/** A new job begins anew where the last one failed, and a rollback with every host. */
const isOver = (told: ToldState, job: JobRecord | undefined): boolean =>
  job !== undefined &&
  told.job !== job.job &&
  (job.stage === 'ROLLBACK' || told.state === 'failed' || told.state === 'unknown');

function loadChunks(
  { store }: Ports,
  { issueId, attempt }: Release,
  { environment }: Plan,
  chunks: number,
): Promise<readonly (HostStatesRecord | undefined)[]> {
  const numbers = Array.from({ length: chunks }, (_, chunk) => chunk);
  return Promise.all(
    numbers.map((chunk) =>
      store.get('host-states', chunkKey({ issueId, environment, attempt }, chunk)),
    ),
  );
}
