/** The one decider: a release, a command and the facts become events, or refusals with reasons. */
import type { Command } from './command';
import { decideClick } from './decide-click';
import { decideEdit, decideRecheck } from './decide-edit';
import { decideReview } from './decide-review';
import { decideAnswer, decideFinish } from './decide-stage';
import { accept } from './decision';
import type { Decision } from './decision';
import { evolve } from './evolve';
import type { Facts } from './facts';
import type { Release } from './release';
import { settle } from './settle';
import { STATUSES } from './status';

/** Decides a command, and everything that the machine does by rule right after it. */
export function decide(release: Release, command: Command, facts: Facts): Decision {
  const decision = decideCommand(release, command, facts);
  if (decision.kind === 'refused') return decision;
  const after = decision.events.reduce(evolve, release);
  const byRule = settle(after, { ...facts, nextSerial: facts.nextSerial + decision.events.length });
  return { ...decision, events: [...decision.events, ...byRule] };
}

function decideCommand(release: Release, command: Command, facts: Facts): Decision {
  switch (command.type) {
    case 'click':
      return decideClick(release, command, facts);
    case 'edit-content':
      return decideEdit(release, command, facts);
    case 'review-script':
      return decideReview(release, command, facts);
    case 'recheck':
      return decideRecheck(release, facts);
    case 'issue-gone':
      return STATUSES[release.status].category === 'DONE'
        ? accept()
        : accept({ type: 'issue-gone' });
    case 'answer':
      return decideAnswer(release, command, facts);
    case 'finish-stage':
      return decideFinish(release, command, facts);
  }
}
