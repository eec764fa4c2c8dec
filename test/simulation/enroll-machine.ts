/** An agent's machine, from its enrollment on. */
import { DatabaseSync } from 'node:sqlite';
import { approveAgent, createEnrollment } from '#app/manage-agents';
import { enroll } from '../../agent/app-client';
import type { Exchange } from '../../agent/app-client';
import { createJournal } from '../../agent/journal';
import { createTables } from '../../agent/journal-database';
import type { Journal } from '../../agent/ports';
import { createServerTime } from '../../agent/server-time';
import { agentKey } from './agent-keys';
import type { AgentMachine } from './agent-machine';
import { PROJECT } from './cast';
import { must } from './functions';
import type { Functions } from './functions';
import { createMemoryJournal } from './memory-journal';
import { createLife } from './scheduler';
import type { Life } from './scheduler';
import type { Sim } from './sim';

/** One seed of so many keeps the agents' journals in SQLite, as the agent itself does. */
const SQLITE_EVERY = 32;

function sqliteJournal(): Journal {
  const database = new DatabaseSync(':memory:');
  createTables(database);
  return createJournal(database);
}

/** Enrolls through the real message and is confirmed by an admin who compares fingerprints. */
export async function enrollMachine(
  sim: Sim,
  functions: Functions,
  { name, environments }: { readonly name: string; readonly environments: readonly string[] },
  exchange: (life: Life) => Exchange,
): Promise<AgentMachine> {
  const { code } = await must(functions, (ports) =>
    createEnrollment(ports, { project: PROJECT, name, environments }),
  );
  const key = agentKey(sim, name);
  const now = (): number => sim.scheduler.now();
  const clock = {
    wallMilliseconds: now,
    monotonicMilliseconds: now,
    sleep: () => Promise.resolve(),
  };
  const sender = {
    exchange: exchange(createLife(`${name} enrolls`)),
    clock,
    time: createServerTime(clock),
    key,
    boot: sim.chance.letters(12),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const enrolled = await enroll(sender, code, name);
  if (enrolled.kind !== 'answered') throw new Error(`${name} could not enroll.`);
  const { agent: agentId, audience, appKey, fingerprint } = enrolled.answer;
  await must(functions, (ports) => approveAgent(ports, { project: PROJECT, agentId, fingerprint }));
  return {
    name,
    key,
    identity: { agent: agentId, audience, appKey },
    journal: sim.seed % SQLITE_EVERY === 1 ? sqliteJournal() : createMemoryJournal(),
    skewMilliseconds: sim.chance.pick([0, 0, 2_000, -45_000, 400_000, -500_000]),
  };
}
