/** Where strangers and thieves stand: at the web trigger, with what they have heard on the way. */
import type { AgentRunner } from './agent-machine';
import type { FakeStore } from './fake-store';
import type { Functions } from './functions';
import type { Wiretap } from './network';
import type { Sim } from './sim';
import type { BootWatch } from './watch-boots';
import type { KeyWatch } from './watch-keys';
import type { LogWatch } from './watch-logs';
import type { ReachWatch } from './watch-reach';

/** What they have to work with. */
export interface Doorstep {
  readonly sim: Sim;
  readonly store: FakeStore;
  readonly functions: Functions;
  readonly agents: readonly AgentRunner[];
  readonly keys: KeyWatch;
  readonly boots: BootWatch;
  readonly logs: LogWatch;
  readonly reach: ReachWatch;
  readonly tap: Wiretap;
}
