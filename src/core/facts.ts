/** What the decider is told about the world; time, identity and chance are facts too. */
import type { Sha256 } from './canonical';
import type { Policy } from './policy';
import type { Reach } from './reach';
import type { Site } from './site';

/** A person as Jira and the policy know them. */
export interface Person {
  readonly accountId: string;
  readonly groupIds: readonly string[];
  /** Jira lets them edit the issue. */
  readonly mayEdit: boolean;
}

/** Who holds what only one release may change at a time. */
export interface ScopeFact {
  readonly scope: string;
  /** Issue id of the release that holds it. */
  readonly holder: string | null;
  /** The holder's issue key, as people know it. */
  readonly holderKey: string | null;
  /** The release that was deployed there last and was not rolled back since; absent: none is known. */
  readonly latest?: { readonly issueId: string; readonly issueKey: string };
}

export interface AgentFact extends Reach {
  readonly agentId: string;
  /** Epoch seconds of its last authenticated call. */
  readonly lastSeen: number;
}

export interface Facts {
  /** Epoch seconds. */
  readonly now: number;
  readonly policy: Policy;
  /** The sites that the content names, as far as they exist. */
  readonly sites: readonly Site[];
  readonly scopes: readonly ScopeFact[];
  readonly agents: readonly AgentFact[];
  /** Serial of the next event: makes the ids of jobs unique and repeatable. */
  readonly nextSerial: number;
  readonly sha256: Sha256;
}

/** An agent that was silent for longer counts as absent. Ours: three missed 60 s polls. */
export const AGENT_SILENCE_MAX_SECONDS = 180;
