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
  'fence-row': { seed: 6, breaks: /^I11$/ },
  lease: { seed: 6, breaks: /^I11$/ },
  'compare-and-swap': { seed: 1, breaks: /^I1[0123]$/ },
  sequence: { seed: 80, breaks: /^I12$/ },
  'commit-first': { seed: 6, breaks: /^I12$/ },
  signature: { seed: 1, breaks: /^I16$/ },
  audience: { seed: 3, breaks: /^I1[36]$/ },
  revocation: { seed: 12, breaks: /^I1[56]$/ },
  'click-ids': { seed: 46, breaks: /^click$/ },
  'judged-plan': { seed: 26, breaks: /^I4$/ },
  approvals: { seed: 10, breaks: /^I4$/ },
  reviews: { seed: 11, breaks: /^I4$/ },
  'scope-lock': { seed: 6, breaks: /^I11$/ },
  'outbox-turn': { seed: 55, breaks: /^I2[34]$/ },
  'comment-mark': { seed: 18, breaks: /^I24$/ },
  reconciler: { seed: 4, breaks: /^I23$/ },
  decision: { seed: 189, breaks: /^I[467]$/ },
  'package-digest': { seed: 19, breaks: /^I5$/ },
  health: { seed: 22, breaks: /^I8$/ },
  'host-fence': { seed: 228, breaks: /^I1$/ },
  'arrival-digest': { seed: 80, breaks: /^I5$/ },
  'prune-guard': { seed: 4693, breaks: /^I19$/ },
  'sql-ledger': { seed: 13, breaks: /^I(2|13)$/ },
  'key-end': { seed: 5, breaks: /^I16$/ },
  'newest-key': { seed: 40, breaks: /^I16$/ },
  'noted-start': { seed: 46, breaks: /^boots$/ },
  'job-boot': { seed: 111, breaks: /^boots$/ },
  'second-life': { seed: 33, breaks: /^clones$/ },
  'next-key': { seed: 95, breaks: /^keys$/ },
  groups: { seed: 35, breaks: /^I15$/ },
  rooms: { seed: 28, breaks: /^I15$/ },
  'log-chunk': { seed: 92, breaks: /^I20$/ },
  'audit-head': { seed: 4, breaks: /^I13$/ },
  'host-lock': { seed: 1766, breaks: /^I1$/ },
  'database-fence': { seed: 1723, breaks: /^I1$/ },
  'database-lock': { seed: 77, breaks: /^I[12]$/ },
  'database-intent': { seed: 60, breaks: /^I2$/ },
  'called-done': { seed: 986, breaks: /^I2$/ },
  'sql-answer': { seed: 13, breaks: /^I(3|13)$/ },
  'open-question': { seed: 60, breaks: /^I2$/ },
};
