/** What a command became: events, or every reason why not. */
import type { Refusal } from './refusal';
import type { ReleaseEvent } from './release-event';

export type Decision =
  | {
      readonly kind: 'accepted';
      readonly events: readonly ReleaseEvent[];
      /** Plans to store before the events that name their digests. */
      readonly texts: readonly string[];
    }
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] };

/** The command becomes these events; with none it has nothing left to do. */
export const accept = (...events: readonly ReleaseEvent[]): Decision => ({
  kind: 'accepted',
  events,
  texts: [],
});

/** The command is not carried out. */
export const refuse = (...refusals: readonly Refusal[]): Decision => ({
  kind: 'refused',
  refusals,
});

/** The event, where nothing stands in its way. */
export const unlessBlocked = (blockers: readonly Refusal[], event: ReleaseEvent): Decision =>
  blockers.length > 0 ? { kind: 'refused', refusals: blockers } : accept(event);
