/** I1 to I4 and I6 in databases: reviewed statements of the plan only, one at a time, and each once unless a person was asked about it and has it tried again. */
import type { ReleaseEvent } from '#core/release-event';
import type { EventSegment } from '#wire/records';
import type { LedgerRow } from '../../agent/sql/database';
import { placeName, watchCalledDone } from './called-done';
import { saysIn, statementsIn } from './changes';
import type { DatabaseWatch } from './fake-databases';
import type { FakeStore } from './fake-store';
import type { Sim } from './sim';
import type { HistoryWatch } from './watch-history';

export function watchDatabases(
  sim: Sim,
  store: FakeStore,
  history: HistoryWatch,
): Omit<DatabaseWatch, 'means'> {
  const calledDone = watchCalledDone(history);
  /** Statement → how often people had let it run again when it ran. */
  const ran = new Map<string, number>();
  const underWay = new Map<string, number>();
  /** The highest fence that was raised or used, by environment and scope. */
  const highest = new Map<string, number>();

  store.onCommit((changes) => {
    for (const { entity, after } of changes) {
      if (entity !== 'events') continue;
      const segment = after as EventSegment;
      segment.events.forEach(checkQuestion);
      checkRan(segment);
    }
  });

  /** I22: “done” is a word about what the question names. */
  function checkQuestion(event: ReleaseEvent): void {
    if (event.type === 'outcome-unknown' && calledDone.namesAnother(event))
      sim.violated(
        'I22',
        `A question of ${event.job} names another statement than the one in doubt.`,
      );
  }

  /** I3: who says that the scripts have run is right, unless a person says it; of one statement only where the question was about one. */
  function checkRan({ issueId, events }: EventSegment): void {
    if (!events.some(({ type }) => type === 'sql-succeeded')) return;
    const answered = events.find(({ type }) => type === 'answered');
    if (answered && !calledDone.isAbout(issueId, answered)) return;
    const plan = store.plan(store.peek('release', issueId)?.state.planDigest ?? null);
    const excused = new Set(calledDone.of(issueId).map(placeName));
    for (const step of plan?.steps ?? []) {
      if (step.stage !== 'SQL') continue;
      const count = statementsIn(step.text.sha256);
      for (let number = 1; number <= count; number += 1) {
        const environment = plan?.environment ?? '';
        const scriptDigest = step.text.sha256;
        const name = placeName({ environment, release: issueId, scriptDigest, number });
        if (ran.has(name) || excused.has(name)) continue;
        sim.violated(
          'I3',
          `${step.script} of ${issueId} has run, but its statement ${number} has not.`,
        );
      }
    }
  }

  /** What “done” about a statement promises. */
  function countRest(row: LedgerRow, environment: string): void {
    const isRest = calledDone
      .of(row.release)
      .some(
        ({ job, number, ...place }) =>
          job !== row.job &&
          number < row.number &&
          placeName({ ...place, number }) === placeName({ ...row, environment, number }),
      );
    if (isRest) sim.count('statement ran behind one that was called done');
  }

  const isReviewed = ({ release, scriptDigest }: LedgerRow): boolean => {
    const { reporter } = store.peek('release', release)?.state ?? { reporter: '' };
    const events = history.eventsOf(release);
    const editors = events.flatMap((event) => (event.type === 'content-edited' ? [event.by] : []));
    const last = events.findLast(
      (event) => event.type === 'script-reviewed' && event.mark.includes(scriptDigest),
    );
    return (
      last?.type === 'script-reviewed' &&
      last.verdict === 'approved' &&
      ![reporter, ...editors].includes(last.by)
    );
  };

  const nameOf = (row: LedgerRow, environment: string): string =>
    `Statement ${String(row.number)} of ${row.script} of ${row.release} in ${environment}`;

  function checkOnce(row: LedgerRow, environment: string): void {
    const place = { ...row, environment };
    const key = placeName(place);
    const words = calledDone.timesLetAgain(place);
    const before = ran.get(key);
    ran.set(key, words);
    if (before !== undefined && (row.atomic || before === words))
      sim.violated('I2', `${nameOf(row, environment)} ran twice.`);
  }

  /** I2: it has happened, by a person's word; what began before that word may still end. */
  function checkNotCalledDone(row: LedgerRow, environment: string): void {
    const name = placeName({ ...row, environment });
    if (calledDone.of(row.release).some((place) => placeName(place) === name))
      sim.violated('I2', `${nameOf(row, environment)} began again, which was called done.`);
  }

  /** I1: whatever changes something comes in the order of fences. */
  function checkFence(environment: string, scope: string, fence: number, what: string): void {
    const place = `${environment} ${scope}`;
    const seen = highest.get(place) ?? fence;
    if (fence < seen) sim.violated('I1', `${what} by fence ${fence} follows fence ${seen}.`);
    highest.set(place, Math.max(fence, seen));
  }

  return {
    raises: (scope, environment, fence) => {
      const place = `${environment} ${scope}`;
      highest.set(place, Math.max(fence, highest.get(place) ?? 0));
    },
    writes: (row, environment, fence) => {
      const what = `Writing ${row.state} of ${nameOf(row, environment)}`;
      checkFence(environment, row.scope, fence, what);
      calledDone.written(row, environment);
    },
    begins: (row, environment, text) => {
      const what = nameOf(row, environment);
      checkFence(environment, row.scope, row.fence, what);
      const others = underWay.get(environment) ?? 0;
      underWay.set(environment, others + 1);
      if (others > 0) sim.violated('I2', `${what} began while another one ran.`);
      const job = store.peek('job', row.job);
      const isPlanned = store
        .plan(job?.planDigest ?? null)
        ?.steps.some((step) => step.stage === 'SQL' && step.text.sha256 === row.scriptDigest);
      if (job?.stage !== 'SQL' || job.environment !== environment || isPlanned !== true)
        sim.violated('I6', `${what} is not in the plan of ${row.job}.`);
      if (!saysIn(row.scriptDigest, text))
        sim.violated('I6', `${what} is not the script's: ${text}`);
      checkNotCalledDone(row, environment);
      if (!isReviewed(row)) sim.violated('I4', `${what} ran, and nobody independent approved it.`);
    },
    ends: (row, environment, hasHappened) => {
      underWay.set(environment, (underWay.get(environment) ?? 1) - 1);
      if (!hasHappened) return;
      sim.count(row.atomic ? 'statement ran' : 'statement ran outside a transaction');
      checkOnce(row, environment);
      countRest(row, environment);
    },
  };
}
