/** A host's state in words, with how far it is on its way. */
import type { HostState } from '#wire/agent';
import type { HostView } from '#wire/page';
import type { Appearance, ReleaseShown } from './view';

/** What the filter chips count. */
export type HostGroup = 'failed' | 'updating' | 'updated' | 'rolled-back' | 'waiting';

/** The agent says of a rolled back host that it is done, or healthy. */
type ShownState = HostState | 'rolled-back';

/** A host as the panel shows it. */
export interface ShownHost extends Omit<HostView, 'state'> {
  readonly state: ShownState;
}

interface StateShown {
  readonly words: string;
  readonly appearance: Appearance;
  readonly group: HostGroup;
  /** Of the five steps: stage, check, switch, start, health. */
  readonly steps: number;
}

export const HOST_STEPS = 5;

const SHOWN: Readonly<Record<ShownState, StateShown>> = {
  waiting: { words: 'Waiting', appearance: 'neutral', group: 'waiting', steps: 0 },
  running: { words: 'At work', appearance: 'information', group: 'updating', steps: 0 },
  staging: { words: 'Staging', appearance: 'information', group: 'updating', steps: 0 },
  staged: { words: 'Staged', appearance: 'information', group: 'updating', steps: 2 },
  switching: { words: 'Switching', appearance: 'information', group: 'updating', steps: 2 },
  switched: { words: 'Switched', appearance: 'information', group: 'updating', steps: 3 },
  starting: { words: 'Starting', appearance: 'information', group: 'updating', steps: 3 },
  healthy: { words: 'Updated', appearance: 'success', group: 'updated', steps: HOST_STEPS },
  done: { words: 'Updated', appearance: 'success', group: 'updated', steps: HOST_STEPS },
  'rolled-back': {
    words: 'Rolled back',
    appearance: 'neutral',
    group: 'rolled-back',
    steps: HOST_STEPS,
  },
  failed: { words: 'Failed', appearance: 'danger', group: 'failed', steps: 3 },
  unknown: { words: 'Unknown', appearance: 'warning', group: 'failed', steps: 3 },
};

export const hostShown = (state: ShownState): StateShown => SHOWN[state];

/**
 * The hosts as they stand: nobody updates one of a release that has stopped, however far its package has come, and one
 * that has gone back does not run the release's version.
 */
export function hostsOf({ status, failure, hosts }: ReleaseShown): readonly ShownHost[] {
  const isBackwards =
    status === 'rolling-back' || status === 'rolled-back' || failure?.stage === 'ROLLBACK';
  if (isBackwards) return hosts.map(goneBack);
  return status === 'fix-pending' ? hosts.map(atRest) : hosts;
}

const atRest = (host: HostView): ShownHost =>
  host.state === 'staged' ? { ...host, state: 'waiting', note: 'Staged, not switched' } : host;

const goneBack = (host: HostView): ShownHost =>
  hostShown(host.state).group === 'updated'
    ? { ...host, state: 'rolled-back', version: '–' }
    : host;
