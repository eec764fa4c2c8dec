/** What keeps an agent from work, in a sentence: for the settings page, and for the agent’s own log. */
import { agreeOn } from '#core/protocol';
import { PROTOCOL_VERSIONS } from '#wire/agent';
import type { AgentRecord } from '#wire/records';

/** An agent of 0.1 names no version. */
export const FIRST_PROTOCOL: readonly number[] = [1];

/** Null: nothing that Interlock knows of. */
export function troubleOf(agent: AgentRecord): string | null {
  const { name, state, agentVersion, speaks, clockAheadSeconds } = agent;
  if (state === 'revoked') return null;
  if (state === 'suspended') return suspendedWords(name);
  const ofVersions = versionTrouble(`Agent ${name} ${agentVersion}`, speaks);
  if (ofVersions !== null || clockAheadSeconds === undefined) return ofVersions;
  return clockWords(name, clockAheadSeconds);
}

/** A wrong clock keeps nobody from work up to an hour; beyond it the app does not hear the agent at all. */
const clockWords = (name: string, ahead: number): string =>
  `The clock of agent ${name}'s machine was ${String(Math.abs(ahead))} s ${ahead > 0 ? 'ahead of' : 'behind'} Interlock's when it last asked for work: set it, because beyond an hour the agent gets no work.`;

/** Why a suspended agent gets no work, and the way out. */
export const suspendedWords = (name: string): string =>
  `Two copies of agent ${name} were at work with one key, so neither gets work any more and no report counts: stop the copy and see how it came by the key, or revoke this agent and enroll a new one; then confirm the agent anew in Interlock's settings.`;

/** Why these versions of the protocol cannot be spoken here; null where one of them can. */
export function versionTrouble(
  who: string,
  speaks: readonly number[] = FIRST_PROTOCOL,
): string | null {
  const agreement = agreeOn(speaks, PROTOCOL_VERSIONS);
  if (agreement.kind === 'agreed') return null;
  const words = `${who} speaks version ${listed(speaks)} of the protocol and Interlock speaks ${listed(PROTOCOL_VERSIONS)}`;
  return agreement.kind === 'too-old'
    ? `${words}: the agent is too old and gets no work; update it on its machine.`
    : `${words}: the agent is too new and gets no work; update the app, or take an older agent.`;
}

const listed = (versions: readonly number[]): string => versions.join(' and ');
