/** I22: no question without what is known, what is not, and the choices; and nothing is done that no agent began. */
import type { EventSegment } from '#wire/records';
import type { FakeStore } from './fake-store';
import type { Sim } from './sim';

const PARTS = ['Known: ', '\nNot known: ', '\nChoices'];

export function watchQuestions(sim: Sim, store: FakeStore): void {
  store.onCommit((changes) => {
    for (const { entity, after } of changes) {
      if (entity !== 'events') continue;
      for (const event of (after as EventSegment).events) {
        const isDone = event.type === 'answered' && event.answer === 'done';
        if (isDone && (store.peek('job', event.job)?.claims ?? []).length === 0)
          sim.violated('I22', `A person called ${event.job} done, which nobody has begun.`);
        if (event.type !== 'outcome-unknown') continue;
        const missing = PARTS.filter((part) => !event.question.includes(part));
        if (missing.length > 0)
          sim.violated('I22', `A question of ${event.job} lacks ${missing.join()}.`);
      }
    }
  });
}
