/** An agent's machine, from its enrollment on. */
import { DatabaseSync } from 'node:sqlite';
import { approveAgent, createEnrollment } from '#app/manage-agents';
import type { SignedCheckpoint } from '#wire/checkpoint';
import { enroll } from '../../agent/app-client';
import type { Exchange } from '../../agent/app-client';
import { createJournal } from '../../agent/journal';
import { createTables } from '../../agent/journal-database';
import type { Journal } from '../../agent/ports/journal';
import { createServerTime } from '../../agent/server-time';
import type { AgentMachine } from './agent-machine';
import { PROJECT } from './cast';
import type { DrawnAgent } from './division';
import { must } from './functions';
import type { Functions } from './functions';
import { createKeyDisk } from './key-disk';
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

/** A journal, and beside it what an auditor on its machine reads in it; the first of a length stays. */
function remembering(journal: Journal, kept: SignedCheckpoint[]): Journal {
  const names = new Set<string>();
  return {
    ...journal,
    keepCheckpoint: async (of, signed) => {
      await journal.keepCheckpoint(of, signed);
      const name = `${of.issueId} ${String(of.segments)}`;
      if (!names.has(name)) kept.push(signed);
      names.add(name);
    },
  };
}

/** Enrolls through the real message and is confirmed by an admin who compares fingerprints. */
export async function enrollMachine(
  sim: Sim,
  functions: Functions,
  { name, isWhole, ...reach }: DrawnAgent,
  exchange: (life: Life) => Exchange,
): Promise<AgentMachine> {
  const { code } = await must(functions, 'settings agent.enroll', (ports) =>
    createEnrollment(ports, { project: PROJECT, name, ...reach }),
  );
  const keys = createKeyDisk(sim, name);
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
    key: keys.ring(),
    boot: sim.chance.letters(12),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const enrolled = await enroll(sender, code, name);
  if (enrolled.kind !== 'answered') throw new Error(`${name} could not enroll.`);
  const { agent: agentId, audience, appKey, fingerprint } = enrolled.answer;
  await must(functions, 'settings agent.approve', (ports) =>
    approveAgent(ports, { project: PROJECT, agentId, fingerprint }),
  );
  const kept: SignedCheckpoint[] = [];
  return {
    name,
    reach,
    isWhole,
    keys,
    identity: { agent: agentId, audience, appKey },
    journal: remembering(
      sim.seed % SQLITE_EVERY === 1 ? sqliteJournal() : createMemoryJournal(),
      kept,
    ),
    kept,
    skewMilliseconds: sim.chance.pick([0, 0, 2_000, -45_000, 400_000, -500_000]),
  };
}
