/** What an agent waits for on its own machine: time, and its journal's disk. */
import type { Intent, Journal } from '../../agent/ports/journal';
import { kill } from './scheduler';
import type { Life } from './scheduler';
import type { Sim } from './sim';

/** Resolves after the time, or as soon as the signal aborts. */
export function sleep(
  sim: Sim,
  life: Life,
  milliseconds: number,
  until?: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      until?.removeEventListener('abort', onAbort);
      resolve();
    };
    const onAbort = (): void => sim.scheduler.after(life, 0, 'is woken', wake);
    if (until?.aborted === true) onAbort();
    else {
      until?.addEventListener('abort', onAbort, { once: true });
      sim.scheduler.after(life, milliseconds, 'has slept', wake);
    }
  });
}

/** Where a journal lies, and who is told of what it is to hold. */
interface JournalPlace {
  /** Until when nothing more fits on the disk. */
  readonly disk: { fullUntil: number };
  means(intent: Intent): void;
}

/** Each call is on disk when it resolves; the process may end before, or between the disk and the answer. */
export function journalOf(
  sim: Sim,
  life: Life,
  journal: Journal,
  { disk, means }: JournalPlace,
): Journal {
  const call = async <Answer>(label: string, act: () => Promise<Answer>): Promise<Answer> => {
    await sim.scheduler.wait(life, sim.chance.between(0, 3), `journal: ${label}`);
    if (sim.strikes('agent-disk-full')) {
      sim.count('disk of an agent full');
      disk.fullUntil = sim.scheduler.now() + sim.chance.between(5_000, 120_000);
    }
    // An agent that cannot write its journal ends: main.ts, exit code `journal`.
    if (disk.fullUntil > sim.scheduler.now()) kill(life);
    if (!life.alive) return new Promise(() => undefined);
    const answer = await act();
    await sim.scheduler.wait(life, sim.chance.between(0, 2), 'journal is on disk');
    return answer;
  };
  const look = async <Answer>(label: string, act: () => Promise<Answer>): Promise<Answer> => {
    await sim.scheduler.wait(life, sim.chance.between(0, 2), `journal: ${label}`);
    return act();
  };
  return {
    openJobs: () => look('open jobs', () => journal.openJobs()),
    beginJob: (ref, lastSeq) => call('begin job', () => journal.beginJob(ref, lastSeq)),
    dropJob: (job, why) => call('drop job', () => journal.dropJob(job, why)),
    intentsOf: (job) => look('intents', () => journal.intentsOf(job)),
    writeIntent: (intent, entry) => {
      means(intent);
      return call(`intent ${intent.act} ${intent.host}`, () => journal.writeIntent(intent, entry));
    },
    writeResult: (serial, result, entry) =>
      call('result', () => journal.writeResult(serial, result, entry)),
    tell: (job, entry) => call(`tell ${entry.state}`, () => journal.tell(job, entry)),
    finishJob: (job, outcome) =>
      call(`finish ${outcome.kind}`, () => journal.finishJob(job, outcome)),
    nextMessage: (job) => look('next message', () => journal.nextMessage(job)),
    acknowledge: (job, seq) => call(`acknowledge ${seq}`, () => journal.acknowledge(job, seq)),
    sendAgainFrom: (job, seq) =>
      call(`send again from ${seq}`, () => journal.sendAgainFrom(job, seq)),
    // Asked with every poll: a wait of their own would cost the search a tenth of its seeds, and nothing happens in it.
    lastCheckpoint: journal.lastCheckpoint,
    waitingCheckpoints: journal.waitingCheckpoints,
    keepCheckpoint: (checkpoint, signed) =>
      call('keep checkpoint', () => journal.keepCheckpoint(checkpoint, signed)),
    acknowledgeCheckpoints: (heads) =>
      call('acknowledge checkpoints', () => journal.acknowledgeCheckpoints(heads)),
  };
}
