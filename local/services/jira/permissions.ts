import type { App } from '../service';
import type { Desk } from './desk';
import { groupBy, groupsOf, userById } from './people';
import { type Grant, grantsOf } from './permission-schemes';
import { knownProject, type Project } from './projects';
import { isInRole } from './roles';

/** Project permissions that this Jira checks; every other built-in key is held by nobody. */
export const PROJECT_PERMISSIONS = {
  ADD_COMMENTS: 'Add Comments',
  ADMINISTER_PROJECTS: 'Administer Projects',
  ASSIGN_ISSUES: 'Assign Work Items',
  BROWSE_PROJECTS: 'Browse Projects',
  CREATE_ISSUES: 'Create Work Items',
  DELETE_ALL_COMMENTS: 'Delete All Comments',
  DELETE_ISSUES: 'Delete Work Items',
  DELETE_OWN_COMMENTS: 'Delete Own Comments',
  EDIT_ALL_COMMENTS: 'Edit All Comments',
  EDIT_ISSUES: 'Edit Work Items',
  EDIT_OWN_COMMENTS: 'Edit Own Comments',
  TRANSITION_ISSUES: 'Transition Work Items',
} as const;

export const GLOBAL_PERMISSIONS = { ADMINISTER: 'Administer Jira' } as const;

/** Who administers Jira is in this group. */
export const ADMINISTRATORS_GROUP = 'jira-administrators';

/** The part of an issue that a permission may depend on. */
export interface IssuePeople {
  readonly reporter: string | null;
  readonly assignee: string | null;
}

/**
 * The app's own permissions: their key on the REST side is the module's ARI.
 * Source: developer.atlassian.com/platform/forge/manifest-reference/modules/jira-project-permission.
 */
export function appPermissions(
  app: App,
): readonly { readonly key: string; readonly name: string; readonly description: string }[] {
  return app.modules('jira:projectPermission').map((module) => ({
    key: app.moduleAri(module.key),
    name: textProperty(module.properties['name'], module.key),
    description: textProperty(module.properties['description'], ''),
  }));
}

function textProperty(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

export function isKnownProjectPermission(desk: Desk, permission: string): boolean {
  return (
    Object.hasOwn(PROJECT_PERMISSIONS, permission) ||
    appPermissions(desk.app).some(({ key }) => key === permission)
  );
}

/**
 * Holds *Administer Jira*. The app's account holds it as well: what it may do is limited by its
 * scopes, which the Forge proxy enforces (assumed, see DIFFERENCES.md).
 */
export function isAdmin(desk: Desk, accountId: string): boolean {
  if (accountId === desk.app.accountId) return true;
  return groupsOf(desk.database, accountId).some(({ name }) => name === ADMINISTRATORS_GROUP);
}

/** Holds a project permission, in the project or on this issue of it. */
export function holds(
  desk: Desk,
  accountId: string,
  permission: string,
  project: Project,
  issue?: IssuePeople,
): boolean {
  return grantsOf(desk.database, project.permissionSchemeId).some(
    (found) => found.permission === permission && isHolder(desk, found, accountId, project, issue),
  );
}

/** As `holds`, for the project of an issue. */
export function holdsOnIssue(
  desk: Desk,
  accountId: string,
  permission: string,
  issue: IssuePeople & { readonly projectId: number },
): boolean {
  return holds(desk, accountId, permission, knownProject(desk.database, issue.projectId), issue);
}

function isHolder(
  desk: Desk,
  { holderType, holder }: Grant,
  accountId: string,
  project: Project,
  issue: IssuePeople | undefined,
): boolean {
  switch (holderType) {
    case 'anyone':
      return true;
    case 'applicationRole':
      return userById(desk.database, accountId)?.accountType === 'atlassian';
    case 'group': {
      const group = groupBy(desk.database, { id: holder ?? '' });
      return groupsOf(desk.database, accountId).some(({ id }) => id === group?.id);
    }
    case 'projectRole':
      return isInRole(desk.database, project.id, Number(holder), accountId);
    case 'user':
      return holder === accountId;
    case 'projectLead':
      return project.lead === accountId;
    case 'reporter':
      return issue?.reporter === accountId;
    case 'assignee':
      return issue?.assignee === accountId;
  }
}
