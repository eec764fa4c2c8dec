/**
 * An agent: what it knows about itself, and the outside world as its core sees it. Whatever takes time, chance or a machine
 * arrives through ports, so that the whole agent runs in a simulation too.
 */
import type { CentreRule } from '../centres/centre-rule';
import type { Centres } from '../centres/centres';
import type { HostRule, Limits, StoreRule } from '../config';
import type { Databases } from '../sql/database';
import type { DatabaseRule } from '../sql/database-rule';
import type { Troubles } from '../troubles';
import type { AppClient } from './app';
import type { Artifacts } from './artifacts';
import type { Clock } from './clock';
import type { Health } from './health';
import type { Hosts } from './hosts';
import type { Journal } from './journal';
import type { Log } from './log';

export interface Ports {
  readonly clock: Clock;
  readonly app: AppClient;
  readonly journal: Journal;
  /** Why the journal takes nothing more, in a sentence; undefined where it does. Absent where no disk is under it. */
  readonly unwritable?: () => string | undefined;
  readonly hosts: Hosts;
  readonly artifacts: Artifacts;
  readonly centres: Centres;
  readonly databases: Databases;
  readonly health: Health;
  readonly log: Log;
  /** Absent where nobody asks for the agent's status. */
  readonly troubles?: Troubles;
  /** Takes out of a line what must not leave this machine. */
  readonly redact: (text: string) => string;
  /** Called after each poll: replaces the key that signs when it is due. `accepted`: the app knew it. */
  readonly renewKey: (accepted: boolean) => Promise<void>;
  /** A number from 0 to below 1; spreads polls, decides nothing. */
  readonly chance: () => number;
  /** Never the same twice, over all starts: names a claim. */
  readonly newRequestId: () => string;
}

/** What an agent knows about itself from the moment it starts. */
export interface Settings {
  /** The agent.yml in force, and where it stands: refusals name it. */
  readonly file: string;
  readonly hosts: readonly HostRule[];
  readonly stores: readonly StoreRule[];
  readonly databases: readonly DatabaseRule[];
  readonly centres: readonly CentreRule[];
  readonly limits: Limits;
  readonly identity: Identity;
}

/** What enrollment settled, pinned from then on. */
export interface Identity {
  readonly agent: string;
  readonly audience: string;
  /** The installation's Ed25519 public key, 32 bytes in base64: signs decisions. */
  readonly appKey: string;
}

export interface Agent extends Ports {
  readonly settings: Settings;
}
