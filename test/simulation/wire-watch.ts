/** Whoever is told what agents say to the app, and what they hear. */
import type { Envelope } from '#wire/agent';

export interface WireWatch {
  /** An agent sends this message. */
  sent?(envelope: Envelope, body: string): void;
  /** The app has answered so, or not at all; the agent need not hear it. */
  handled?(envelope: Envelope, status: number | undefined): void;
  /** An agent gets this answer to its message. */
  answered?(envelope: Envelope, body: string, status: number): void;
}

/** Tells all of them. */
export const together = (watches: readonly WireWatch[]): Required<WireWatch> => ({
  sent: (envelope, body) => {
    for (const watch of watches) watch.sent?.(envelope, body);
  },
  handled: (envelope, status) => {
    for (const watch of watches) watch.handled?.(envelope, status);
  },
  answered: (envelope, body, status) => {
    for (const watch of watches) watch.answered?.(envelope, body, status);
  },
});
