import type { ServiceResponse } from '../../service';
import type { Desk, Person } from '../desk';
import { type Issue, issueByIdOrKey } from '../issues';
import { holds, holdsOnIssue, isAdmin } from '../permissions';
import { type Project, projectByIdOrKey } from '../projects';
import { forbidden, noSuchIssue, noSuchProject, refuse } from './answers';
import type { Call } from './routes';

/** Something that was found, or the answer that says why not. */
export type Found<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'refused'; readonly response: ServiceResponse };

/** The issue of a path, if this person may browse it; never a hint that it exists. */
export function browsableIssue(desk: Desk, person: Person, idOrKey: string): Found<Issue> {
  const issue = issueByIdOrKey(desk.database, idOrKey);
  if (issue === undefined || !holdsOnIssue(desk, person.accountId, 'BROWSE_PROJECTS', issue)) {
    return { kind: 'refused', response: noSuchIssue() };
  }
  return { kind: 'found', value: issue };
}

export function browsableProject(desk: Desk, person: Person, idOrKey: string): Found<Project> {
  const project = projectByIdOrKey(desk.database, idOrKey);
  if (project === undefined || !mayBrowse(desk, person, project)) {
    return { kind: 'refused', response: noSuchProject(idOrKey) };
  }
  return { kind: 'found', value: project };
}

/** Administrators of the site or of the project see its configuration without browsing its issues. */
export function mayBrowse(desk: Desk, person: Person, project: Project): boolean {
  return (
    holds(desk, person.accountId, 'BROWSE_PROJECTS', project) ||
    holds(desk, person.accountId, 'ADMINISTER_PROJECTS', project) ||
    isAdmin(desk, person.accountId)
  );
}

/** An issue that this person may change by the named permission, within the app's write rate. */
export function writableIssue(
  call: Call,
  idOrKey: string,
  permission: string,
  sentence: string,
): Found<Issue> {
  const { desk, person } = call;
  const found = browsableIssue(desk, person, idOrKey);
  if (found.kind === 'refused') return found;
  if (!holdsOnIssue(desk, person.accountId, permission, found.value)) {
    return { kind: 'refused', response: forbidden(sentence) };
  }
  const limited = takeWrite(desk, person, found.value.id);
  return limited === undefined ? found : { kind: 'refused', response: limited };
}

/** Counts a write to an issue; an answer when the app writes too often. People are not limited. */
export function takeWrite(
  desk: Desk,
  person: Person,
  issueId: number,
): ServiceResponse | undefined {
  if (person.kind === 'user' && !person.throughApp) return undefined;
  const waitSeconds = desk.writes.take(issueId);
  if (waitSeconds === undefined) return undefined;
  return {
    ...refuse(429, ['Rate limit exceeded.']),
    headers: {
      'retry-after': String(waitSeconds),
      'ratelimit-reason': 'jira-per-issue-on-write',
      'x-ratelimit-remaining': '0',
    },
  };
}

/** Refuses whoever does not administer Jira. */
export function adminOnly(call: Call): ServiceResponse | undefined {
  return isAdmin(call.desk, call.person.accountId)
    ? undefined
    : forbidden('Only Jira administrators can perform this action.');
}
