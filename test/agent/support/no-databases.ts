import type { Databases } from '../../../agent/sql/database';

/** For an agent whose plans hold no scripts. */
export const NO_DATABASES: Databases = {
  connect: async ({ id }) => ({
    kind: 'failed',
    failure: { class: 'transport', sentence: `There is no database ${id} here.` },
  }),
};
