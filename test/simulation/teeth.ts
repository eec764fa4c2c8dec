/**
 * A seed that misses each protection, and what breaks there. A change of the product shifts what a seed
 * does: then the search goes on from there for a while, and says where the protection is missed now.
 */
import type { Protection } from './protections';

interface Tooth {
  readonly seed: number;
  readonly breaks: RegExp;
}

export const TEETH: Readonly<Record<Protection, Tooth>> = {
  'fence-row': { seed: 3, breaks: /^I11$/ },
  lease: { seed: 6, breaks: /^I11$/ },
  'compare-and-swap': { seed: 1, breaks: /^I1[0123]$/ },
  sequence: { seed: 69, breaks: /^I12$/ },
  'commit-first': { seed: 3, breaks: /^I12$/ },
  signature: { seed: 2, breaks: /^I16$/ },
  audience: { seed: 3, breaks: /^I16$/ },
  revocation: { seed: 5, breaks: /^I1[56]$/ },
  'click-ids': { seed: 8, breaks: /^click$/ },
  'judged-plan': { seed: 7, breaks: /^I4$/ },
  approvals: { seed: 9, breaks: /^I4$/ },
  reviews: { seed: 5, breaks: /^I4$/ },
  'scope-lock': { seed: 64, breaks: /^I11$/ },
  'outbox-turn': { seed: 9, breaks: /^I2[34]$/ },
  'comment-mark': { seed: 30, breaks: /^I24$/ },
  reconciler: { seed: 1, breaks: /^I23$/ },
  decision: { seed: 29, breaks: /^I[467]$/ },
  'package-digest': { seed: 46, breaks: /^I5$/ },
  health: { seed: 22, breaks: /^I8$/ },
  'host-fence': { seed: 753, breaks: /^I1$/ },
  'arrival-digest': { seed: 50, breaks: /^I5$/ },
  'prune-guard': { seed: 486, breaks: /^I19$/ },
  'sql-ledger': { seed: 17, breaks: /^I2$/ },
  'key-end': { seed: 15, breaks: /^I16$/ },
  'newest-key': { seed: 35, breaks: /^I16$/ },
  'next-key': { seed: 105, breaks: /^keys$/ },
  groups: { seed: 14, breaks: /^I15$/ },
  rooms: { seed: 21, breaks: /^I15$/ },
  'log-chunk': { seed: 136, breaks: /^I20$/ },
  'audit-head': { seed: 4, breaks: /^I13$/ },
  'sql-answer': { seed: 338, breaks: /^I3$/ },
};
