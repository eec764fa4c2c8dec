import { formDialog } from '../../../pages/form-pages';
import type { ServiceResponse } from '../../service';
import type { Issue } from '../issues';
import { knownStatus } from '../statuses';
import { availableTransitions, settableFields } from '../workflow/available';
import type { Transition } from '../workflow/definition';
import { transition, type TransitionOutcome } from '../workflow/transition';
import { commentOfForm, errorsElsewhere, fieldsOfForm, formFields } from './forms';
import { showIssue } from './issue-view';
import { redirect, viewerOf, type Visit } from './visit';

/** The screen of a transition, as long as this person may use it. */
export function showTransitionScreen(
  visit: Visit,
  issue: Issue,
  transitionId: string,
): ServiceResponse {
  const wanted = offered(visit, issue, transitionId);
  return wanted === undefined
    ? showIssue(visit, issue, { problem: notOffered() })
    : screen(visit, issue, wanted, { sentences: [], errors: {} });
}

/** A click on a transition: the issue moves, or the page says why it did not. */
export async function clickTransition(
  visit: Visit,
  issue: Issue,
  transitionId: string,
): Promise<ServiceResponse> {
  const wanted = offered(visit, issue, transitionId);
  if (wanted === undefined) return showIssue(visit, issue, { problem: notOffered() });
  const { desk, person, form } = visit;
  const onScreen = settableFields(desk, wanted);
  const outcome = await transition(desk, {
    person,
    source: 'screen',
    issue,
    transitionId,
    fields: fieldsOfForm(desk, onScreen, form),
    update: onScreen.includes('comment') ? commentOfForm(form) : null,
  });
  if (outcome.kind === 'moved') return redirect(`/browse/${issue.key}`);
  const refusal = refusalOf(outcome);
  return onScreen.length > 0
    ? screen(visit, issue, wanted, refusal)
    : showIssue(visit, issue, {
        problem: {
          title: `${wanted.name} was refused`,
          sentences: [...refusal.sentences, ...Object.values(refusal.errors)],
        },
      });
}

interface Refusal {
  readonly sentences: readonly string[];
  readonly errors: Readonly<Record<string, string>>;
}

function refusalOf(outcome: Exclude<TransitionOutcome, { kind: 'moved' }>): Refusal {
  switch (outcome.kind) {
    case 'refused':
      return { sentences: [outcome.sentence], errors: {} };
    case 'invalid':
      return { sentences: ['Check what you typed.'], errors: outcome.errors };
    case 'unknown':
    case 'hidden':
    case 'conflict':
    case 'gone':
      return { sentences: notOffered().sentences, errors: {} };
  }
}

function notOffered() {
  return {
    title: 'The work item was not moved',
    sentences: [
      'This transition is not open to you now: the work item was moved meanwhile, or a condition hides it.',
    ],
  };
}

function offered({ desk, person }: Visit, issue: Issue, id: string): Transition | undefined {
  return availableTransitions(desk, person, issue, 'screen').find(
    (transitionOffered) => transitionOffered.id === id,
  );
}

function screen(visit: Visit, issue: Issue, wanted: Transition, refusal: Refusal): ServiceResponse {
  const { desk, form } = visit;
  const { id, name, toStatusReference } = wanted;
  const fields = formFields(desk, settableFields(desk, wanted), form, refusal.errors);
  const isRefused = refusal.sentences.length > 0;
  const sentences = [...refusal.sentences, ...errorsElsewhere(fields, refusal.errors)];
  const dialog = formDialog({
    csrf: viewerOf(visit).csrf,
    title: `${name} ${issue.key}`,
    does: `Moves the work item to ${knownStatus(desk.database, Number(toStatusReference)).name}.`,
    action: `/browse/${issue.key}/transitions/${id}`,
    submit: name,
    cancelPath: `/browse/${issue.key}`,
    fields,
    ...(isRefused ? { refusal: { title: `${name} was refused`, sentences } } : {}),
  });
  return showIssue(visit, issue, { dialog, status: isRefused ? 400 : 200 });
}
