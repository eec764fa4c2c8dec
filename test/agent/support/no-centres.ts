/** An agent that keeps no configuration. */
import type { Centres } from '../../../agent/centres/centres';

export const NO_CENTRES: Centres = {
  find: () => undefined,
  in: () => [],
  secrets: { read: async () => ({ kind: 'absent' }) },
  merged: { of: async () => [], ofSite: async () => [], add: async () => undefined },
};
