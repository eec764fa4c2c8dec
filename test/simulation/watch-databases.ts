/** What runs in databases: reviewed scripts of the plan only, and each statement once unless a person has it tried again. */
import type { ReleaseEvent } from '#core/release-event';
import type { LedgerRow } from '../../agent/sql/database';
import type { DatabaseWatch } from './fake-databases';
import type { FakeStore } from './fake-store';
import type { Sim } from './sim';
import type { HistoryWatch } from './watch-history';

/** A person has looked, and let the work be tried again. */
const TRIED_AGAIN: readonly ReleaseEvent['type'][] = ['retried', 'answered', 'started'];

export function watchDatabases(sim: Sim, store: FakeStore, history: HistoryWatch): DatabaseWatch {
  /** Statement → how many words of people there were when it ran. */
  const ran = new Map<string, number>();

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

  return (row, environment) => {
    const what = `Statement ${String(row.number)} of ${row.script} of ${row.release} in ${environment}`;
    sim.count(row.atomic ? 'statement ran' : 'statement ran outside a transaction');
    const job = store.peek('job', row.job);
    const isPlanned = store
      .plan(job?.planDigest ?? null)
      ?.steps.some((step) => step.stage === 'SQL' && step.text.sha256 === row.scriptDigest);
    if (job?.stage !== 'SQL' || job.environment !== environment || isPlanned !== true)
      sim.violated('I6', `${what} is not in the plan of ${row.job}.`);
    if (!isReviewed(row)) sim.violated('I4', `${what} ran, and nobody independent approved it.`);

    const key = [environment, row.release, row.scriptDigest, row.number].join(' ');
    const words = history
      .eventsOf(row.release)
      .filter(({ type }) => TRIED_AGAIN.includes(type)).length;
    const before = ran.get(key);
    ran.set(key, words);
    if (before !== undefined && (row.atomic || before === words))
      sim.violated('once', `${what} ran twice.`);
  };
}
