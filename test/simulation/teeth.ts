/**
 * A seed that misses each protection, and what breaks there. A change of the product shifts what a seed
 * does: then all seeds from the first on are tried, and the test says where the protection is missed now.
 */
import type { Protection } from './protections';

interface Tooth {
  readonly seed: number;
  readonly breaks: RegExp;
}

export const TEETH: Readonly<Record<Protection, Tooth>> = {
  'fence-row': { seed: 2, breaks: /^I11$/ },
  lease: { seed: 2, breaks: /^I11$/ },
  'compare-and-swap': { seed: 1, breaks: /^I1[0123]$/ },
  sequence: { seed: 3, breaks: /^I12$/ },
  'commit-first': { seed: 2, breaks: /^I12$/ },
  signature: { seed: 3, breaks: /^I16$/ },
  audience: { seed: 2, breaks: /^I1[36]$/ },
  revocation: { seed: 27, breaks: /^I1[56]$/ },
  'click-ids': { seed: 7, breaks: /^click$/ },
  'judged-plan': { seed: 113, breaks: /^I4$/ },
  approvals: { seed: 7, breaks: /^I4$/ },
  reviews: { seed: 411, breaks: /^I4$/ },
  'scope-lock': { seed: 11, breaks: /^I11$/ },
  'outbox-turn': { seed: 62, breaks: /^I2[34]$/ },
  'comment-mark': { seed: 20, breaks: /^I24$/ },
  reconciler: { seed: 4, breaks: /^I23$/ },
  decision: { seed: 28, breaks: /^I[467]$/ },
  'package-digest': { seed: 21, breaks: /^I5$/ },
  health: { seed: 10, breaks: /^I8$/ },
  'host-fence': { seed: 1394, breaks: /^I1$/ },
  'arrival-digest': { seed: 35, breaks: /^I5$/ },
  'prune-guard': { seed: 2015, breaks: /^I19$/ },
  'sql-ledger': { seed: 3, breaks: /^I2$/ },
  'key-end': { seed: 15, breaks: /^I16$/ },
  'newest-key': { seed: 40, breaks: /^I16$/ },
  'next-key': { seed: 420, breaks: /^keys$/ },
  groups: { seed: 14, breaks: /^I15$/ },
  rooms: { seed: 35, breaks: /^I15$/ },
  'log-chunk': { seed: 188, breaks: /^I20$/ },
  'audit-head': { seed: 4, breaks: /^I13$/ },
  'host-lock': { seed: 410, breaks: /^I1$/ },
  'database-fence': { seed: 550, breaks: /^I1$/ },
  'database-lock': { seed: 528, breaks: /^I[12]$/ },
  'database-intent': { seed: 638, breaks: /^I2$/ },
  'sql-answer': { seed: 3, breaks: /^I3$/ },
};
