/** A host's state in words, with how far it is on its way. */
import type { HostState } from '#wire/agent';
import type { HostView } from '#wire/page';
import type { Appearance, ReleaseShown } from './view';

/** What the filter chips count. */
export type HostGroup = 'failed' | 'updating' | 'updated' | 'waiting';

interface StateShown {
  readonly words: string;
  readonly appearance: Appearance;
  readonly group: HostGroup;
  /** Of the five steps: stage, check, switch, start, health. */
  readonly steps: number;
}

export const HOST_STEPS = 5;

const SHOWN: Readonly<Record<HostState, StateShown>> = {
  waiting: { words: 'Waiting', appearance: 'neutral', group: 'waiting', steps: 0 },
  running: { words: 'At work', appearance: 'information', group: 'updating', steps: 0 },
  staging: { words: 'Staging', appearance: 'information', group: 'updating', steps: 0 },
  staged: { words: 'Staged', appearance: 'information', group: 'updating', steps: 2 },
  switching: { words: 'Switching', appearance: 'information', group: 'updating', steps: 2 },
  switched: { words: 'Switched', appearance: 'information', group: 'updating', steps: 3 },
  starting: { words: 'Starting', appearance: 'information', group: 'updating', steps: 3 },
  healthy: { words: 'Updated', appearance: 'success', group: 'updated', steps: HOST_STEPS },
  done: { words: 'Updated', appearance: 'success', group: 'updated', steps: HOST_STEPS },
  failed: { words: 'Failed', appearance: 'danger', group: 'failed', steps: 3 },
  unknown: { words: 'Unknown', appearance: 'warning', group: 'failed', steps: 3 },
};

export const hostShown = (state: HostState): StateShown => SHOWN[state];

/** The hosts as they stand: nobody updates one of a release that has stopped, however far its package has come. */
export const hostsOf = ({ status, hosts }: ReleaseShown): readonly HostView[] =>
  status === 'fix-pending' ? hosts.map(atRest) : hosts;

const atRest = (host: HostView): HostView =>
  host.state === 'staged' ? { ...host, state: 'waiting', note: 'Staged, not switched' } : host;
