/** The app's queue: at least once, in no order; a task that fails is tried again a few times. */
import type { Queue, Task } from '#app/ports';
import { OutsideError } from './failures';
import { FUNCTIONS } from './functions';
import type { Functions } from './functions';
import { createLife } from './scheduler';
import type { Life } from './scheduler';
import type { Sim } from './sim';

export interface FakeQueue {
  port(life: Life): Queue;
  /** Tasks that wait or run. */
  pending(): number;
}

/** As in src/functions: Forge calls again after so long, and work.ts leaves a task to the sweep after so many tries. */
const RETRY_AFTER_MILLISECONDS = 5_000;
const RETRIES_MAX = 5;

const nameOf = (task: Task): string =>
  `${task.type} ${task.type === 'refresh-project' ? task.project : task.issueId}`;

export function createFakeQueue(sim: Sim, functions: Functions): FakeQueue {
  const forge = createLife('queue');
  let pending = 0;

  const deliver = (task: Task, delayMilliseconds: number, retries = 0): void => {
    pending += 1;
    sim.scheduler.after(forge, delayMilliseconds, `delivers ${nameOf(task)}`, () => {
      void FUNCTIONS.work(functions, task).then((end) => {
        pending -= 1;
        if (end.kind !== 'answered' && retries < RETRIES_MAX)
          deliver(task, RETRY_AFTER_MILLISECONDS, retries + 1);
      });
    });
  };

  const delay = (): number =>
    sim.strikes('task-late') ? sim.chance.between(5_000, 120_000) : sim.chance.between(20, 1_500);

  return {
    port: (life) => ({
      push: (task, delaySeconds = 0) =>
        sim.tell(life, `push ${nameOf(task)}`, () => {
          if (sim.strikes('queue-fails')) throw new OutsideError('QueueError', 'queue: 503');
          deliver(task, delaySeconds * 1_000 + delay());
          if (sim.strikes('task-doubled')) deliver(task, delaySeconds * 1_000 + delay());
        }),
    }),
    pending: () => pending,
  };
}
