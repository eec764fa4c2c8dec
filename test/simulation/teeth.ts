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
  'fence-row': { seed: 1, breaks: /^I11$/ },
  lease: { seed: 1, breaks: /^I11$/ },
  'compare-and-swap': { seed: 1, breaks: /^I1[0123]$/ },
  sequence: { seed: 89, breaks: /^I12$/ },
  'commit-first': { seed: 1, breaks: /^I12$/ },
  signature: { seed: 2, breaks: /^I16$/ },
  audience: { seed: 2, breaks: /^I16$/ },
  revocation: { seed: 3, breaks: /^I1[56]$/ },
  'click-ids': { seed: 86, breaks: /^click$/ },
  'judged-plan': { seed: 28, breaks: /^I4$/ },
  approvals: { seed: 25, breaks: /^I4$/ },
  reviews: { seed: 15, breaks: /^I4$/ },
  'scope-lock': { seed: 11, breaks: /^I11$/ },
  'outbox-turn': { seed: 8, breaks: /^I2[34]$/ },
  'comment-mark': { seed: 58, breaks: /^I24$/ },
  reconciler: { seed: 18, breaks: /^I23$/ },
  decision: { seed: 53, breaks: /^I[467]$/ },
  'package-digest': { seed: 22, breaks: /^I5$/ },
  health: { seed: 132, breaks: /^I8$/ },
  'host-fence': { seed: 89, breaks: /^I1$/ },
  'arrival-digest': { seed: 3, breaks: /^I5$/ },
  'prune-guard': { seed: 1, breaks: /^I19$/ },
  'sql-ledger': { seed: 15, breaks: /^I2$/ },
  'sql-answer': { seed: 799, breaks: /^I3$/ },
};
