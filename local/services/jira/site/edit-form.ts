import { formDialog } from '../../../pages/form-pages';
import type { ServiceResponse } from '../../service';
import { adfText } from '../adf';
import { planEdit, storedValue } from '../edits';
import { saveEdit } from '../issue-edit';
import type { Issue } from '../issues';
import { holdsOnIssue } from '../permissions';
import { errorsElsewhere, fieldsOfForm, formFields } from './forms';
import { showIssue } from './issue-view';
import { redirect, viewerOf, type Visit } from './visit';

const EDITED = ['summary', 'description'] as const;

/** Summary and description over the issue's page. */
export function showEdit(visit: Visit, issue: Issue): ServiceResponse {
  const form = new URLSearchParams({
    summary: issue.summary,
    description: adfText(issue.description),
  });
  return mayEdit(visit, issue) ? dialog({ ...visit, form }, issue, {}) : notAllowed(visit, issue);
}

export function edit(visit: Visit, issue: Issue): ServiceResponse {
  const { desk, person, form } = visit;
  if (!mayEdit(visit, issue)) return notAllowed(visit, issue);
  const plan = planEdit(desk, {
    fields: changedOnly(visit, issue),
    update: null,
    onScreen: EDITED,
    current: (field) => storedValue(desk, issue, field),
  });
  if (plan.kind === 'invalid') return dialog(visit, issue, plan.errors);
  if (form.get('summary')?.trim() === '') {
    return dialog(visit, issue, { summary: 'You must specify a summary of the work item.' });
  }
  if (plan.changes.length > 0) saveEdit(desk, person, issue, plan);
  return redirect(`/browse/${issue.key}`);
}

/** A description keeps its formatting as long as nobody changes its words. */
function changedOnly({ desk, form }: Visit, issue: Issue) {
  const typed = (form.get('description') ?? '').replaceAll('\r\n', '\n').trim();
  if (typed === adfText(issue.description)) return fieldsOfForm(desk, ['summary'], form);
  const fields = fieldsOfForm(desk, EDITED, form);
  return typed === '' ? { ...fields, description: null } : fields;
}

function dialog(
  visit: Visit,
  issue: Issue,
  errors: Readonly<Record<string, string>>,
): ServiceResponse {
  const fields = formFields(visit.desk, EDITED, visit.form, errors);
  const isRefused = Object.keys(errors).length > 0;
  const over = formDialog({
    csrf: viewerOf(visit).csrf,
    title: `Edit ${issue.key}`,
    does: 'Changes the summary and the description.',
    action: `/browse/${issue.key}/edit`,
    submit: 'Save',
    cancelPath: `/browse/${issue.key}`,
    fields,
    ...(isRefused
      ? {
          refusal: {
            title: 'It was not saved',
            sentences: ['Check what you typed.', ...errorsElsewhere(fields, errors)],
          },
        }
      : {}),
  });
  return showIssue(visit, issue, { dialog: over, status: isRefused ? 400 : 200 });
}

const mayEdit = ({ desk, person }: Visit, issue: Issue): boolean =>
  holdsOnIssue(desk, person.accountId, 'EDIT_ISSUES', issue);

function notAllowed(visit: Visit, issue: Issue): ServiceResponse {
  const problem = { title: 'Not edited', sentences: ['You may not edit this work item.'] };
  return showIssue(visit, issue, { problem, status: 403 });
}
