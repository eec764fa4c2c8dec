/** Who is at the work that a release waits for, and what a person may answer in an agent's place. */
import { AGENT_SILENCE_MAX_SECONDS } from './facts';
import type { Facts } from './facts';
import type { UnknownAnswer } from './release-event';

/** What the job under way tells of its agents. */
export interface JobAttendance {
  /** An agent has had it. */
  readonly isClaimed: boolean;
  /** No agent has been at work on it for a lease and its grace. */
  readonly isAbandoned: boolean;
  /** Of its offer or, once it was claimed, of its agent's last word; epoch seconds. */
  readonly since: number;
  /** The agents that may claim it. */
  readonly agents: readonly string[];
}

/** What keeps an agent from this job. */
export interface OtherWork {
  /** As people call the agent. */
  readonly agent: string;
  readonly issueKey: string;
  /** Jobs that it was offered before this one, and nobody has begun. */
  readonly waitBefore: number;
}

/** Times are epoch seconds. */
export type Attendance =
  | { readonly kind: 'at-work' }
  | {
      readonly kind: 'unclaimed';
      readonly since: number;
      /** For so long that a person need not wait for it. */
      readonly isLong: boolean;
      /** An agent that may take it shows life. */
      readonly isAlive: boolean;
      readonly otherWork: OtherWork | null;
    }
  /** Nobody could be offered it: what no agent reaches, in words. */
  | { readonly kind: 'unoffered'; readonly isLong: boolean }
  | { readonly kind: 'abandoned'; readonly since: number };

/** `job`: null while none is under way. */
export function attendanceOf(
  job: JobAttendance | null,
  { now, agents }: Pick<Facts, 'now' | 'agents'>,
  otherWork: OtherWork | null = null,
): Attendance {
  if (job === null) return { kind: 'at-work' };
  const { since } = job;
  if (job.isClaimed) return job.isAbandoned ? { kind: 'abandoned', since } : { kind: 'at-work' };
  if (job.agents.length === 0) return { kind: 'unoffered', isLong: job.isAbandoned };
  const isRecent = (at: number): boolean => now - at <= AGENT_SILENCE_MAX_SECONDS;
  const isHeard = agents.some(
    ({ agentId, lastSeen }) => job.agents.includes(agentId) && isRecent(lastSeen),
  );
  const isAlive = isHeard || otherWork !== null;
  return { kind: 'unclaimed', since, isLong: !isRecent(since), isAlive, otherWork };
}

/**
 * What a person may answer; nobody has seen work done that was never begun. While an agent lives that may take
 * the job, a retry would only queue again, but nobody has to wait for the end of its other work.
 */
export function answersTo(
  question: string | null,
  attendance: Attendance,
): readonly UnknownAnswer[] {
  if (question !== null || attendance.kind === 'abandoned') return ['done', 'not-done', 'retry'];
  switch (attendance.kind) {
    case 'at-work':
      return [];
    case 'unoffered':
      return attendance.isLong ? ['not-done', 'retry'] : [];
    case 'unclaimed':
      if (!attendance.isLong) return [];
      return attendance.isAlive ? ['not-done'] : ['not-done', 'retry'];
  }
}
