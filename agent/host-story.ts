/** What the story of one host in one step needs, and how it is told. */
import type { HostStep } from '#core/plan-step';
import { NOTE_MAX_CHARS } from '#wire/agent';
import type { AgentAct, HostState, ReportEntry } from '#wire/agent';
import { cutText } from './cut-text';
import type { Hold } from './hold';
import type { Lines } from './lines';
import type { Agent } from './ports/agent';
import type { HostOrder, HostTarget, InstalledRelease } from './ports/hosts';

export interface HostStory {
  readonly agent: Agent;
  readonly hold: Hold;
  readonly step: HostStep;
  readonly target: HostTarget;
  readonly lines: Lines;
}

/** The host's name and address, as sentences say it. */
export const nameOf = ({ host }: HostTarget): string => `${host.name} (${host.address})`;

/** An order to the host for a release. */
export const orderFor = (
  { hold, step }: HostStory,
  { digest, version }: InstalledRelease,
): HostOrder => ({ ...hold.ref, basePath: step.basePath, digest, version });

/** One line for the app about the host. */
export const entryOf = (
  { agent, step, target }: HostStory,
  state: HostState,
  note = '',
  milliseconds = 0,
  acts: readonly AgentAct[] = [],
): ReportEntry => ({
  at: agent.app.serverSeconds(),
  step: step.id,
  host: target.host.id,
  state,
  note: cutText(agent.redact(note), NOTE_MAX_CHARS),
  milliseconds: Math.round(milliseconds),
  ...(acts.length > 0 && { acts: [...acts] }),
});
