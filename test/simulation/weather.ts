/** What goes wrong in a run, and how often: each seed has its own weather. */
import type { Chance } from './chance';

/** The worst that a seed may draw, as a probability per occasion. */
const WORST = {
  /** A call of the store fails, and nothing was written. */
  'store-fails': 0.05,
  /** A write of the store fails, and it was written all the same. */
  'store-loses-answer': 0.03,
  /** A call takes seconds instead of milliseconds. */
  slow: 0.03,
  /** An invocation of a function ends in the middle. */
  'function-killed': 0.12,
  'jira-fails': 0.1,
  /** Jira has done it and does not say so. */
  'jira-loses-answer': 0.05,
  'event-lost': 0.3,
  'event-doubled': 0.3,
  'event-late': 0.3,
  'queue-fails': 0.1,
  'task-doubled': 0.2,
  'task-late': 0.15,
  'request-lost': 0.12,
  'answer-lost': 0.12,
  'request-doubled': 0.12,
  'request-late': 0.06,
  /** What the app answers was changed on its way: an attacker inside Jira's side. */
  'answer-forged': 0.5,
  'text-forged': 0.1,
  'agent-crashes': 0.012,
  'agent-freezes': 0.015,
  'agent-stops': 0.002,
  /** It was the whole machine that stood still, with both its clocks. */
  'machine-paused': 0.5,
  /** While an act is under way on a host: the moments that matter most. */
  'agent-crashes-at-act': 0.3,
  'agent-freezes-at-act': 0.2,
  /** A host can be reached by nobody for a while. */
  'host-unreachable': 0.06,
  'line-refused': 0.15,
  'line-breaks': 0.25,
  /** The helper on the host ends in the middle of an act. */
  'act-killed': 0.12,
  'act-slow': 0.1,
  /** An act is on its way to the host, its agent crashes, and the host does it later. */
  'act-strands': 0.15,
  /** The host begins an act long after it was sent, perhaps when somebody else has the job. */
  'act-late': 0.4,
  /** A person clicks something that is not theirs, or not now. */
  'wild-click': 0.3,
  /** An admin puts an issue into a status past all rules. */
  'status-dragged': 0.12,
  'content-edited': 0.12,
  /** A database takes no session. */
  'database-away': 0.1,
  /** A session ends before its answer: the database may have done what it was told. */
  'session-lost': 0.05,
  /** The same while a statement runs: the moment that matters most. */
  'session-lost-at-statement': 0.6,
  /** The server does not learn that a session's client is gone. */
  'session-lingers': 0.5,
  /** Before the agent sends its next word to a database. */
  'agent-freezes-at-database': 0.25,
  /** It takes long, whatever becomes of its session. */
  'statement-slow': 0.3,
  'settings-changed': 0.06,
  /** Somebody lets an agent out. */
  'agent-revoked': 0.02,
  'issue-deleted': 0.015,
  'issue-moved': 0.01,
  /** Somebody works on a host by hand. */
  'host-edited': 0.03,
  'stranger-calls': 0.5,
  /** The agent's line to the app is away for a while. */
  'agent-cut-off': 0.08,
  /** Somebody, or a time service, sets the clock of an agent's machine. */
  'clock-set': 0.03,
  /** The agent cannot write its journal. */
  'agent-disk-full': 0.03,
  'host-disk-full': 0.12,
  /** The host says that the release does not start. */
  'start-refused': 0.1,
} as const;

/** What goes wrong at databases in the seeds that are about them. */
export const AT_DATABASES = {
  'agent-freezes-at-database': 0.15,
  'machine-paused': 0.5,
  'session-lingers': 0.5,
  'session-lost': 0.04,
  'session-lost-at-statement': 0.3,
} as const;

/** What goes wrong in the seeds that are about statements in doubt. */
export const IN_DOUBT = { 'session-lost-at-statement': 0.8 } as const;

/** All that goes wrong in the seeds in which questions about statements do not arrive: in storms few releases come so far. */
export const UNHEARD = {
  'session-lost-at-statement': 0.8,
  /** Its ledger says that people were asked, and nobody was. */
  'agent-crashes-asking': 0.7,
} as const;

/** In the seeds in which the key of an agent is copied. */
export const AT_THEFTS = {
  /** Whoever has it uses it. */
  'key-copied': 0.6,
} as const;

/** In the seeds that are about starts of agents: what one has said comes when another lives. */
export const AT_STARTS = {
  /** With its words on the way, and perhaps before anybody has heard of this start. */
  'agent-crashes-at-call': 0.12,
  'request-late': 0.15,
  'request-doubled': 0.15,
} as const;

export type Trouble =
  keyof typeof WORST | keyof typeof UNHEARD | keyof typeof AT_THEFTS | keyof typeof AT_STARTS;
export type Weather = Readonly<Partial<Record<Trouble, number>>>;

export const CALM: Weather = {};

/** Some troubles at some rate and the others not at all, so that rare combinations get their turn. */
export function drawWeather(chance: Chance): Weather {
  const share = chance.pick([0, 0.2, 0.4, 0.7, 0.9]);
  const drawn = Object.entries(WORST).map(([trouble, worst]) => {
    const present = chance.happens(share);
    return [trouble, present ? worst * (0.2 + 0.8 * chance.next()) : 0] as const;
  });
  return Object.fromEntries(drawn);
}
