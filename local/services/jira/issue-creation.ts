import type { Desk, Person } from './desk';
import { type FieldChange, planEdit, writeChanges } from './edits';
import { announceCreated } from './events';
import { issueTypesOf } from './issue-type-schemes';
import type { IssueType } from './issue-types';
import { insertIssue, type Issue, issueByIdOrKey } from './issues';
import { idMember, isJsonObject, type Json, member, textMember } from './json';
import { holds } from './permissions';
import { nextIssueNumber, type Project, projectByIdOrKey } from './projects';
import { fieldsFor } from './screen-schemes';
import { atomically, nextNumber } from './table';
import { initialStatusId } from './workflow/definition';
import { workflowFor } from './workflow/schemes';

export type CreationOutcome =
  | { readonly kind: 'created'; readonly issue: Issue }
  | { readonly kind: 'invalid'; readonly errors: Readonly<Record<string, string>> };

/** Creates an issue at the start of its workflow. Sentences as Jira's, seen in public threads. */
export function createIssue(desk: Desk, person: Person, request: Json): CreationOutcome {
  const fields = member(request, 'fields');
  const project = wantedProject(desk, person, member(fields, 'project'));
  if (project === undefined) {
    return invalid({
      project: 'Specify a valid project ID or key',
    });
  }
  const type = wantedType(desk, project, member(fields, 'issuetype'));
  if (type === undefined) return invalid({ issuetype: 'Specify a valid issue type' });

  const plan = planEdit(desk, {
    fields: without(fields, ['project', 'issuetype']),
    update: member(request, 'update'),
    onScreen: fieldsFor(desk.database, 'create', { projectId: project.id, typeId: type.id }),
    current: () => null,
  });
  if (plan.kind === 'invalid') return plan;
  if (!plan.changes.some(({ field }) => field.id === 'summary')) {
    return invalid({ summary: 'You must specify a summary of the issue.' });
  }
  const misfit = parentError(desk, project, type, plan.changes);
  if (misfit !== undefined) return invalid(misfit);

  const issue = atomically(desk.database, () => insert(desk, person, project, type, plan.changes));
  announceCreated(desk, issue, person);
  return { kind: 'created', issue };
}

function insert(
  desk: Desk,
  person: Person,
  project: Project,
  type: IssueType,
  changes: readonly FieldChange[],
): Issue {
  const { database } = desk;
  const nowMs = desk.clock.now();
  const id = nextNumber(database, 'issue');
  const workflow = workflowFor(database, project.id, type.id);
  insertIssue(database, {
    id,
    key: `${project.key}-${nextIssueNumber(database, project.id)}`,
    projectId: project.id,
    typeId: type.id,
    statusId: initialStatusId(workflow.document),
    parentId: null,
    summary: '',
    description: null,
    labels: [],
    creator: person.accountId,
    reporter: person.accountId,
    assignee: null,
    createdMs: nowMs,
    updatedMs: nowMs,
    statusChangedMs: nowMs,
  });
  writeChanges(desk, id, changes);
  const issue = issueByIdOrKey(database, id);
  if (issue === undefined) throw new Error(`Issue ${id} was not stored.`);
  return issue;
}

function wantedProject(desk: Desk, person: Person, project: Json): Project | undefined {
  const idOrKey = idMember(project, 'id') ?? textMember(project, 'key');
  const found = idOrKey === undefined ? undefined : projectByIdOrKey(desk.database, idOrKey);
  return found !== undefined && holds(desk, person.accountId, 'CREATE_ISSUES', found)
    ? found
    : undefined;
}

/** A type that the project offers, by id or by name. */
function wantedType(desk: Desk, project: Project, type: Json): IssueType | undefined {
  const offered = issueTypesOf(desk.database, project.id);
  const id = idMember(type, 'id');
  if (id !== undefined) return offered.find((candidate) => String(candidate.id) === id);
  const name = textMember(type, 'name')?.toLowerCase();
  return offered.find((candidate) => candidate.name.toLowerCase() === name);
}

function parentError(
  desk: Desk,
  project: Project,
  type: IssueType,
  changes: readonly FieldChange[],
): Readonly<Record<string, string>> | undefined {
  const parentId = changes.find(({ field }) => field.id === 'parent')?.value;
  if (typeof parentId !== 'number') {
    return type.subtask
      ? { parent: 'Issue type is a sub-task but parent issue key or id not specified.' }
      : undefined;
  }
  if (!type.subtask) {
    return { parent: 'Only sub-tasks have a parent here; see local/DIFFERENCES.md.' };
  }
  const parent = issueByIdOrKey(desk.database, parentId);
  return parent?.projectId === project.id && parent.parentId === null
    ? undefined
    : { parent: 'The parent of a sub-task is a work item of the same project.' };
}

function without(fields: Json, names: readonly string[]): Json {
  return isJsonObject(fields)
    ? Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))
    : fields;
}

const invalid = (errors: Readonly<Record<string, string>>): CreationOutcome => ({
  kind: 'invalid',
  errors,
});
