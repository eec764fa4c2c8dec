/** The pool of function workers: at least three, because a function that moves an issue is judged by another one. */
import { startWorker, type LoadedModule, type Worker, type WorkerAnswer } from './worker';

/** A transition made from inside a function needs a second worker for its validator; the third is for a person. */
const WORKERS_MIN = 3;
/**
 * How many calls of each urgency may run at once, those more urgent counted in; the others wait in line. A worker takes
 * some 60 MB. Whoever is called from inside a call has room of its own, so that no call ever waits for its own caller.
 */
const RUNNING_MAX = { background: 9, waiting: 12, nested: 24 } as const;
/** A worker beyond the least number that had nothing to do for this long is stopped. */
const IDLE_SECONDS = 60;

/**
 * `nested`: another function waits for the answer, as when it moves an issue and a validator judges that.
 * `waiting`: a person or agent waits. `background`: nobody does.
 */
export type Urgency = keyof typeof RUNNING_MAX;

export interface WorkerPool {
  /** What the bundle exports; known once every worker has loaded it. */
  readonly loaded: Promise<readonly LoadedModule[]>;
  run(event: unknown, deadlineMs: number, urgency: Urgency): Promise<WorkerAnswer>;
  readonly size: () => number;
  readonly stop: () => Promise<void>;
}

interface Place {
  readonly worker: Worker;
  busy: boolean;
  idleSinceMs: number;
}

interface Waiter {
  readonly urgency: Urgency;
  readonly take: (place: Place) => void;
}

/** Starts the least number of workers on a bundle. */
export function startWorkers(bundleDirectory: string, onLine: (line: string) => void): WorkerPool {
  const places = new Set<Place>();
  const line: Waiter[] = [];
  let stopped = false;

  const add = (): Place => {
    const place = {
      worker: startWorker(bundleDirectory, onLine),
      busy: false,
      idleSinceMs: Date.now(),
    };
    places.add(place);
    place.worker.ready.catch(() => undefined);
    void place.worker.exited.then(() => {
      places.delete(place);
      if (!stopped && places.size < WORKERS_MIN) add();
      serve();
    });
    return place;
  };

  const find = (urgency: Urgency): Place | undefined => {
    const running = [...places].filter(({ busy }) => busy).length;
    if (running >= RUNNING_MAX[urgency]) return undefined;
    return [...places].find(({ busy, worker }) => !busy && worker.alive) ?? add();
  };

  const serve = () => {
    for (const waiter of [...line]) {
      const place = stopped ? undefined : find(waiter.urgency);
      if (place === undefined) continue;
      line.splice(line.indexOf(waiter), 1);
      place.busy = true;
      waiter.take(place);
    }
  };

  const release = (place: Place) => {
    place.busy = false;
    place.idleSinceMs = Date.now();
    serve();
  };

  const sweep = setInterval(() => {
    const longAgo = Date.now() - IDLE_SECONDS * 1_000;
    const spare = [...places].filter(({ busy, idleSinceMs }) => !busy && idleSinceMs < longAgo);
    for (const { worker } of spare.slice(0, places.size - WORKERS_MIN)) worker.stop();
  }, 10_000);
  sweep.unref();

  const first = Array.from({ length: WORKERS_MIN }, add);

  return {
    loaded: Promise.all(first.map(({ worker }) => worker.ready)).then(([modules = []]) => modules),
    async run(event, deadlineMs, urgency) {
      const place = await new Promise<Place>((take) => {
        line.push({ urgency, take });
        serve();
      });
      try {
        // Loading the bundle is the platform's time, not the function's.
        await place.worker.ready;
        return await place.worker.run(event, deadlineMs);
      } catch (error) {
        return { kind: 'crashed', message: error instanceof Error ? error.message : String(error) };
      } finally {
        release(place);
      }
    },
    size: () => places.size,
    async stop() {
      stopped = true;
      clearInterval(sweep);
      const ended = [...places].map(({ worker }) => worker.exited);
      for (const { worker } of places) worker.stop();
      await Promise.all(ended);
    },
  };
}
