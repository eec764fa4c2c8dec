/** An agent's keys as they lie on its machine's disk; the process may end before each write, and after it. */
import { createKeyRing } from '../../agent/key-ring';
import type { KeyRing } from '../../agent/key-ring';
import type { AgentKey } from '../../agent/keys';
import type { KeyFiles } from '../../agent/renew-key';
import { agentKey } from './agent-keys';
import { mayStumble } from './fake-hosts';
import type { Life } from './scheduler';
import { renewsKeys } from './shares';
import type { Sim } from './sim';

export interface KeyDisk {
  /** What an agent that starts signs with. */
  readonly ring: () => KeyRing;
  /** Every key that was ever made here, the oldest first. */
  readonly made: readonly AgentKey[];
  /** For how many days a key is good; no two machines renew at once. */
  readonly days: number;
  filesFor(life: Life, machine: Machine): KeyFiles;
}

interface Machine {
  readonly disk: { readonly fullUntil: number };
  wallMilliseconds(): number;
}

const DAY_SECONDS = 86_400;

/** The disk of the machine with this name, with its first key. */
export function createKeyDisk(sim: Sim, name: string): KeyDisk {
  const made = [agentKey(sim, name)];
  let current = made[0] ?? agentKey(sim, name);
  let next: AgentKey | undefined;
  let bornAt = sim.scheduler.now();
  const days = renewsKeys(sim) ? sim.chance.between(2, 45) / DAY_SECONDS : Infinity;

  const filesFor: KeyDisk['filesFor'] = (life, { disk, wallMilliseconds }) => {
    /** With the protection off, the next key is known to the process alone. */
    let unwritten: AgentKey | undefined;
    const write = async (what: string, put: () => void): Promise<void> => {
      await sim.scheduler.wait(life, sim.chance.between(0, 3), `key: ${what}`);
      put();
      await sim.scheduler.wait(life, sim.chance.between(0, 2), 'key is on disk');
    };
    life.onDeath.push(() => {
      if (next !== undefined) sim.count('agent crashed while it renewed its key');
    });
    return {
      current,
      bornAt,
      next: async () => unwritten ?? next,
      makeNext: async () => {
        if (disk.fullUntil > sim.scheduler.now()) {
          sim.count('no room for the next key');
          return { kind: 'failed', sentence: 'The disk is full.' };
        }
        const key = agentKey(sim, `${name} ${String(made.length)}`);
        await write('makes another', () => {
          made.push(key);
          if (sim.isOff('next-key')) unwritten = key;
          else next = key;
        });
        mayStumble(sim, life);
        return { kind: 'made', key };
      },
      promote: async () => {
        await write('takes the next', () => {
          sim.count('key renewed');
          current = unwritten ?? next ?? current;
          [unwritten, next] = [undefined, undefined];
          bornAt = wallMilliseconds();
        });
        return undefined;
      },
    };
  };

  return { ring: () => createKeyRing(current), made, days, filesFor };
}
