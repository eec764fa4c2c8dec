/** Scheduled triggers on the host's clock, a little late and sometimes twice. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { drawMs, happens, type SeededChance } from '../../chance';
import { whole } from '../../columns';
import type { Rudeness } from '../../faults';
import type { Call } from '../../invoke';
import { deadlineSeconds } from '../../limits';
import type { AppModule, Clock, FunctionOutcome, Log } from '../service';
import { INTERVAL_SECONDS } from './limits';

export interface ScheduleParts {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly chance: SeededChance;
  readonly triggers: readonly AppModule[];
  readonly timeoutSeconds: (functionKey: string) => number | undefined;
  readonly call: (call: Call) => Promise<FunctionOutcome>;
  readonly rudeness: () => Rudeness;
  readonly cloudId: string;
  readonly log: Log;
}

const Trigger = z.object({
  function: z.string(),
  interval: z.enum(['fiveMinute', 'hour', 'day', 'week']),
});

/** A right answer; anything else Forge records as 424. Source: function-reference/scheduled-trigger. */
const Answer = z.object({ statusCode: z.number() });

/** Starts every schedule; a run that fell due while the host was down happens soon after the start. */
export function startSchedules(parts: ScheduleParts): void {
  parts.database.exec(
    'CREATE TABLE IF NOT EXISTS scheduled_run (module_key TEXT PRIMARY KEY, due_ms INTEGER NOT NULL)',
  );
  for (const module of parts.triggers) plan(parts, module);
}

function plan(parts: ScheduleParts, module: AppModule): void {
  const { interval, function: functionKey } = Trigger.parse(module.properties);
  const stepMs = INTERVAL_SECONDS[interval] * 1_000;
  const select = parts.database.prepare('SELECT due_ms FROM scheduled_run WHERE module_key = ?');
  const save = parts.database.prepare(
    'INSERT INTO scheduled_run VALUES (?1, ?2) ON CONFLICT (module_key) DO UPDATE SET due_ms = ?2',
  );
  const row = select.get(module.key);
  let dueMs = row === undefined ? parts.clock.now() + stepMs : whole(row, 'due_ms');
  save.run(module.key, dueMs);

  const tick = () => {
    // Runs that were missed are not made up for: one is enough to catch up.
    while (dueMs <= parts.clock.now()) dueMs += stepMs;
    save.run(module.key, dueMs);
    parts.clock.after(dueMs - parts.clock.now(), tick);
    const { leastMs, mostMs, doubled } = parts.rudeness();
    const times = happens(parts.chance, doubled) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      parts.clock.after(
        drawMs(parts.chance, leastMs, mostMs),
        () => void run(parts, module, functionKey),
      );
    }
  };
  parts.clock.after(dueMs - parts.clock.now(), tick);
}

async function run(parts: ScheduleParts, module: AppModule, functionKey: string): Promise<void> {
  const outcome = await parts.call({
    moduleKey: module.key,
    moduleType: 'scheduledTrigger',
    functionKey,
    payload: { context: { cloudId: parts.cloudId, moduleKey: module.key }, contextToken: 'local' },
    deadlineSeconds: deadlineSeconds('scheduledTrigger', parts.timeoutSeconds(functionKey)),
    background: true,
  });
  // A failed run is not repeated; the next interval is the next chance.
  if (outcome.kind === 'returned' && !Answer.safeParse(outcome.value).success) {
    parts.log(
      `[${functionKey}] answered schedule "${module.key}" without a statusCode; Forge records 424.`,
    );
  }
}
