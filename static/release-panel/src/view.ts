/** The parts of the view that several files show. */
import type { ReleaseView } from '#wire/page';

/** A release as the panel has it. */
export type ReleaseShown = Extract<ReleaseView, { kind: 'release' }>;

export type Appearance = 'success' | 'warning' | 'danger' | 'information' | 'neutral' | 'discovery';
