import type { ServiceResponse } from '../../service';
import { historyBody, restUrl } from '../bodies';
import { historyCount, historyOf } from '../changelog';
import type { Desk } from '../desk';
import { planEdit, storedValue } from '../edits';
import { announceDeleted, eventIssue } from '../events';
import { fieldByIdOrKey } from '../fields';
import { createIssue } from '../issue-creation';
import { saveEdit } from '../issue-edit';
import { deleteIssue, type Issue, subtasksOf } from '../issues';
import { isJsonList, type Json, member } from '../json';
import { fieldsFor } from '../screen-schemes';
import { atomically } from '../table';
import { created, NO_CONTENT, ok, refuse } from './answers';
import { issueBody } from './issue-body';
import { type Call, listed, part, type Routes, wholeNumber } from './routes';
import { fieldMetadata } from './transition-body';
import { browsableIssue, writableIssue } from './visible';

const CHANGELOG_PAGE = 100;

export const issueRoutes: Routes = {
  'POST /rest/api/3/issue': (call) => {
    const outcome = createIssue(call.desk, call.person, call.body);
    if (outcome.kind === 'invalid') return refuse(400, [], outcome.errors);
    const { id, key } = outcome.issue;
    return created({ id: String(id), key, self: restUrl(call.desk, `issue/${id}`) });
  },

  'GET /rest/api/3/issue/{issueIdOrKey}': (call) => {
    const found = browsableIssue(call.desk, call.person, part(call, 'issueIdOrKey'));
    if (found.kind === 'refused') return found.response;
    const fields = listed(call.query, 'fields');
    return ok(
      issueBody(call.desk, call.person, found.value, {
        fields: fields.length === 0 ? ['*all'] : fields,
        expand: listed(call.query, 'expand'),
        properties: listed(call.query, 'properties'),
      }),
    );
  },

  'PUT /rest/api/3/issue/{issueIdOrKey}': editIssue,

  'DELETE /rest/api/3/issue/{issueIdOrKey}': (call) => {
    const sentence = 'You do not have permission to delete issues in this project.';
    const found = writableIssue(call, part(call, 'issueIdOrKey'), 'DELETE_ISSUES', sentence);
    if (found.kind === 'refused') return found.response;
    const { desk, person } = call;
    const hasSubtasks = subtasksOf(desk.database, found.value.id).length > 0;
    if (hasSubtasks && call.query.get('deleteSubtasks') !== 'true') {
      return refuse(400, [
        `The issue '${found.value.key}' has subtasks. You must specify the 'deleteSubtasks' parameter to delete this issue and all its subtasks.`,
      ]);
    }
    const body = eventIssue(desk, found.value);
    atomically(desk.database, () => deleteIssue(desk.database, found.value.id));
    announceDeleted(desk, body, person);
    return NO_CONTENT;
  },

  'GET /rest/api/3/issue/{issueIdOrKey}/editmeta': (call) => {
    const found = browsableIssue(call.desk, call.person, part(call, 'issueIdOrKey'));
    if (found.kind === 'refused') return found.response;
    return ok({ fields: editableFields(call.desk, found.value) });
  },

  'GET /rest/api/3/issue/{issueIdOrKey}/changelog': (call) => {
    const { desk, query } = call;
    const found = browsableIssue(desk, call.person, part(call, 'issueIdOrKey'));
    if (found.kind === 'refused') return found.response;
    const startAt = wholeNumber(query, 'startAt', 0);
    const maxResults = Math.min(wholeNumber(query, 'maxResults', CHANGELOG_PAGE), CHANGELOG_PAGE);
    const total = historyCount(desk.database, found.value.id);
    const values = historyOf(desk.database, found.value.id, startAt, maxResults);
    return ok({
      self: restUrl(desk, `issue/${found.value.id}/changelog?startAt=${startAt}`),
      maxResults,
      startAt,
      total,
      isLast: startAt + values.length >= total,
      values: values.map((history) => historyBody(desk, history)),
    });
  },
};

function editableFields(desk: Desk, issue: Issue): Json {
  return Object.fromEntries(
    fieldsFor(desk.database, 'edit', issue).flatMap((id) => {
      const field = fieldByIdOrKey(desk.database, id);
      return field === undefined || field.readOnly ? [] : [[id, fieldMetadata(field)] as const];
    }),
  );
}

function editIssue(call: Call): ServiceResponse {
  const { desk, body } = call;
  const sentence = 'You do not have permission to edit issues in this project.';
  const found = writableIssue(call, part(call, 'issueIdOrKey'), 'EDIT_ISSUES', sentence);
  if (found.kind === 'refused') return found.response;
  if (member(body, 'transition') !== null) {
    return refuse(400, [], { transition: 'Use POST …/transitions to move an issue.' });
  }
  const properties = member(body, 'properties');
  if (isJsonList(properties) && properties.length > 0) {
    return refuse(501, ['Local Jira does not model properties in an edit; set them one by one.']);
  }
  const plan = planEdit(desk, {
    fields: member(body, 'fields'),
    update: member(body, 'update'),
    onScreen: [...fieldsFor(desk.database, 'edit', found.value), 'comment'],
    current: (field) => storedValue(desk, found.value, field),
  });
  if (plan.kind === 'invalid') return refuse(400, [], plan.errors);
  saveEdit(desk, call.person, found.value, plan);
  return NO_CONTENT;
}
