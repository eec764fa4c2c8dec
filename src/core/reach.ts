/** How far an agent reaches: the environments, the one group and the machine rooms that it was enrolled for. */

/** What an agent was enrolled for. */
export interface Reach {
  readonly environments: readonly string[];
  /** Absent: what belongs to no group. */
  readonly group?: string;
  /** Absent: every machine room. */
  readonly rooms?: readonly string[];
}

/** Where work is to be done. */
export interface Workplace {
  readonly environment: string;
  /** Absent: none. */
  readonly group?: string;
  /** The machine rooms of its hosts; an empty name stands for hosts without one. */
  readonly rooms?: readonly string[];
}

/** A group is no more and no less than its own: agents without a group do not reach into one either. */
export const sharesGroup = (agent: Reach, work: Workplace): boolean =>
  agent.environments.includes(work.environment) && agent.group === work.group;

/** The rooms of the work that the agent does not reach. */
export const outOfReach = ({ rooms }: Reach, work: Workplace): readonly string[] =>
  rooms === undefined ? [] : (work.rooms ?? []).filter((room) => !rooms.includes(room));

/** Whether an agent may be offered the work, take it and speak about it. */
export const reaches = (agent: Reach, work: Workplace): boolean =>
  sharesGroup(agent, work) && outOfReach(agent, work).length === 0;
