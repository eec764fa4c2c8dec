import type { ServiceResponse } from '../../service';
import { idMember, member } from '../json';
import { listedTransitions } from '../workflow/available';
import { transition, type TransitionOutcome } from '../workflow/transition';
import { NO_CONTENT, noSuchIssue, ok, refuse } from './answers';
import { type Call, listed, part, type Routes } from './routes';
import { transitionBody } from './transition-body';
import { browsableIssue, takeWrite } from './visible';

export const transitionRoutes: Routes = {
  'GET /rest/api/3/issue/{issueIdOrKey}/transitions': (call) => {
    const { desk, person, query } = call;
    const found = browsableIssue(desk, person, part(call, 'issueIdOrKey'));
    if (found.kind === 'refused') return found.response;
    const remoteOnes = query.get('skipRemoteOnlyCondition') === 'true';
    const withFields = listed(query, 'expand').includes('transitions.fields');
    const wanted = query.get('transitionId');
    return ok({
      expand: 'transitions',
      transitions: listedTransitions(desk, person, found.value, remoteOnes)
        .filter(({ id }) => wanted === null || id === wanted)
        .map((listedOne) => transitionBody(desk, found.value, listedOne, withFields)),
    });
  },

  'POST /rest/api/3/issue/{issueIdOrKey}/transitions': doTransition,
};

async function doTransition(call: Call): Promise<ServiceResponse> {
  const { desk, person, body } = call;
  const found = browsableIssue(desk, person, part(call, 'issueIdOrKey'));
  if (found.kind === 'refused') return found.response;
  const limited = takeWrite(desk, person, found.value.id);
  if (limited !== undefined) return limited;
  const transitionId = idMember(member(body, 'transition'), 'id');
  if (transitionId === undefined) return refuse(400, ["Missing 'transition' identifier"]);
  const outcome = await transition(desk, {
    person,
    source: 'api',
    issue: found.value,
    transitionId,
    fields: member(body, 'fields'),
    update: member(body, 'update'),
  });
  return answerTo(outcome, transitionId);
}

function answerTo(outcome: TransitionOutcome, transitionId: string): ServiceResponse {
  switch (outcome.kind) {
    case 'moved':
      return NO_CONTENT;
    case 'unknown':
      return refuse(400, [`Transition id '${transitionId}' is not valid for this issue.`]);
    case 'hidden':
      return refuse(400, ILLEGAL_OPERATION);
    case 'invalid':
      return refuse(400, [], outcome.errors);
    case 'refused':
      return refuse(400, [outcome.sentence]);
    case 'gone':
      return noSuchIssue();
    case 'conflict':
      return refuse(409, [
        'The issue was moved by somebody else while this transition ran. Load it again, and try again if you still want to.',
      ]);
  }
}

/** Jira's words for a transition that a condition hides; both sentences seen in public threads. */
const ILLEGAL_OPERATION = [
  'It seems that you have tried to perform an illegal workflow operation.',
  "If you think you shouldn't get this message, please contact your Jira administrators.",
];
