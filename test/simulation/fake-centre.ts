/** The one configuration centre: namespaces with their history, and who may write them. */
import type { EventSegment } from '#wire/records';
import type { Centres } from '../../agent/centres/centres';
import type { NamespaceRecord, Writer } from '../../agent/centres/namespace-record';
import type { JobRef } from '../../agent/ports/app';
import type { NamespacePlace, NamespaceStore } from '../../agent/centres/namespace-store';
import { CANARY } from './cast';
import type { FakeStore, Written } from './fake-store';
import { freeze } from './scheduler';
import type { Life } from './scheduler';
import type { Sim } from './sim';

/** Told what an agent is about to write. */
export interface CentreWatch {
  means(ref: JobRef, what: string): void;
  /** It has written it. */
  wrote(writer: Writer): void;
}

export interface FakeCentre {
  /** The centre as one start of an agent reaches it. */
  reach(life: Life): Centres;
}

/** Namespaces in memory; a write happens in one instant, and its answer may never come. */
export function createFakeCentre(
  sim: Sim,
  store: FakeStore,
  watchFor: (life: Life) => CentreWatch,
): FakeCentre {
  const histories = new Map<string, readonly NamespaceRecord[]>();
  const nameOf = ({ environment, application, namespace }: NamespacePlace): string =>
    `${environment} ${application} ${namespace}`;
  const historyOf = (place: NamespacePlace): readonly NamespaceRecord[] =>
    histories.get(nameOf(place)) ?? [];

  store.onCommit((changes) => {
    for (const change of changes) {
      if (change.entity === 'events') checkHeld(sim, store, change, histories);
    }
  });

  const storeFor = (life: Life, watch: CentreWatch): NamespaceStore => ({
    read: (place) =>
      sim.ask(life, `reads ${nameOf(place)}`, () => {
        return { kind: 'record', record: historyOf(place)[0] ?? null };
      }),
    async *history(place) {
      yield* await sim.ask(life, `reads the history of ${nameOf(place)}`, () => historyOf(place));
    },
    write: async (place, values, writer) => {
      if (sim.strikes('agent-freezes-at-act'))
        freeze(life, sim.scheduler.now(), sim.chance.between(1_000, 240_000));
      return sim.tell(life, `writes ${nameOf(place)}`, () => {
        const history = historyOf(place);
        const [newest] = history;
        const before = history.find(
          (record) =>
            record.writer.job === writer.job &&
            record.writer.change === writer.change &&
            record.writer.act === writer.act,
        );
        if (before) return { kind: 'written-before', record: before };
        watch.means(writer, `Writing ${nameOf(place)}`);
        if (newest && newest.writer.fence > writer.fence)
          return {
            kind: 'superseded',
            sentence: `Fence ${String(newest.writer.fence)} was here.`,
            file: nameOf(place),
            seen: newest.writer.fence,
          };
        const highest = Math.max(0, ...history.map((record) => record.writer.fence));
        if (writer.fence < highest)
          sim.violated('I1', `${nameOf(place)} of fence ${highest} gets fence ${writer.fence}.`);
        checkPlanned(sim, store, writer.job, place);
        sim.count(`namespace ${writer.act}`);
        const revision = history.length + 1;
        const record = { revision, values, before: newest?.values ?? {}, writer };
        histories.set(nameOf(place), [record, ...history]);
        watch.wrote(writer);
        return { kind: 'written', record };
      });
    },
    list: () => Promise.resolve([]),
  });

  return {
    reach: (life) => ({
      find: () => storeFor(life, watchFor(life)),
      in: () => [],
      secrets: {
        read: () =>
          sim.ask(life, 'reads a secret', () => ({ kind: 'value', value: CANARY }) as const),
      },
      merged: {
        of: () => Promise.resolve([]),
        ofSite: () => Promise.resolve([]),
        add: () => Promise.resolve(),
      },
    }),
  };
}

/** I6: what is written is in the plan of the job that writes it. */
function checkPlanned(sim: Sim, store: FakeStore, jobId: string, place: NamespacePlace): void {
  const job = store.peek('job', jobId);
  const kind = job?.stage === 'ROLLBACK' ? 'RESTORE' : 'CONFIG';
  const isPlanned = store
    .plan(job?.planDigest ?? null)
    ?.steps.some(
      (step) =>
        step.stage === kind &&
        step.namespace === place.namespace &&
        step.application === place.application &&
        !step.byHand,
    );
  if (isPlanned !== true || job?.environment !== place.environment)
    sim.violated(
      'I6',
      `${place.namespace} in ${place.environment} is not in the plan of ${jobId}.`,
    );
}

/** I7: what the store says is applied is held there, and what it says is rolled back is not. */
function checkHeld(
  sim: Sim,
  store: FakeStore,
  { after }: Written,
  histories: ReadonlyMap<string, readonly NamespaceRecord[]>,
): void {
  const { issueId, events } = after as EventSegment;
  if (events.some(({ type }) => type === 'answered')) return;
  const says = events.find(({ type }) => type === 'config-applied' || type === 'rolled-back');
  const digest = store.peek('release', issueId)?.state.planDigest ?? null;
  const plan = store.plan(digest);
  if (!says || !plan) return;
  for (const step of plan.steps) {
    if (step.stage !== 'CONFIG' || step.byHand) continue;
    const name = `${plan.environment} ${step.application} ${step.namespace}`;
    const writer = histories.get(name)?.[0]?.writer;
    const isHeld = writer?.plan === digest && writer.act === 'apply';
    if (isHeld !== (says.type === 'config-applied'))
      sim.violated('I7', `${says.type} of ${issueId}, but ${name} holds something else.`);
  }
}
