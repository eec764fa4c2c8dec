import { DEFAULT_WORKFLOW, EVERYBODY_GROUP } from './defaults';
import type { Desk } from './desk';
import { syncAppFields } from './field-creation';
import { SYSTEM_FIELDS } from './fields';
import {
  addToScheme,
  createIssueTypeScheme,
  DEFAULT_ISSUE_TYPE_SCHEME,
  issueTypeSchemeById,
} from './issue-type-schemes';
import { allIssueTypes, createIssueType } from './issue-types';
import { accountIdOf, addMember, groupIdOf, saveGroup, saveUser, userById } from './people';
import { createPermissionScheme, grant, permissionSchemeById } from './permission-schemes';
import { ADMINISTRATORS_GROUP, PROJECT_PERMISSIONS } from './permissions';
import { ADMINISTRATORS_ROLE, APPS_ROLE, saveRole } from './roles';
import { seedScreenSchemes } from './screen-schemes';
import { addToTab, createScreen, DEFAULT_SCREEN, tabsOf } from './screens';
import { createStatus } from './statuses';
import { atomically } from './table';
import { createScheme } from './workflow/schemes';
import { createWorkflow } from './workflow/store';

/** Everybody who can sign in, and the groups they are in besides the one of all users. */
const PEOPLE: readonly (readonly [name: string, displayName: string, groups: readonly string[]])[] =
  [
    ['admin', 'Ada Admin', [ADMINISTRATORS_GROUP]],
    ['dev', 'Dev Dahl', ['developers']],
    ['tester', 'Tess Turner', ['testers']],
    ['dba', 'Dana Base', ['dbas']],
    ['leader', 'Lee Leader', ['leaders']],
    ['backup', 'Bao Backup', ['leaders']],
    ['ops', 'Olu Ops', ['operations']],
    ['qa', 'Quinn Quality', ['qa']],
    ['po', 'Pat Owner', ['product']],
    ['cto', 'Chris Chief', ['cto']],
    ['auditor', 'Audrey Audit', ['auditors']],
  ];

/** Fields on the Default Screen of a new site. */
const DEFAULT_FIELDS = ['summary', 'description', 'assignee', 'reporter', 'parent', 'labels'];

/** Makes a site that is new, and takes over what the installed app declares. */
export function seed(desk: Desk): void {
  atomically(desk.database, () => {
    seedPeople(desk);
    if (permissionSchemeById(desk.database, 0) === undefined) seedConfiguration(desk);
    if (issueTypeSchemeById(desk.database, DEFAULT_ISSUE_TYPE_SCHEME) === undefined) {
      seedIssueTypeScheme(desk);
    }
    seedScreenSchemes(desk.database);
    syncAppFields(desk);
  });
}

function seedPeople(desk: Desk): void {
  const { database, app } = desk;
  if (userById(database, app.accountId) === undefined) {
    saveUser(database, {
      accountId: app.accountId,
      name: 'app',
      email: '',
      displayName: 'Installed app',
      accountType: 'app',
    });
  }
  const everybody = groupIdOf(EVERYBODY_GROUP);
  saveGroup(database, { id: everybody, name: EVERYBODY_GROUP });
  for (const [name, displayName, groups] of PEOPLE) {
    const accountId = accountIdOf(name);
    if (userById(database, accountId) !== undefined) continue;
    const email = `${name}@example.com`;
    saveUser(database, { accountId, name, email, displayName, accountType: 'atlassian' });
    addMember(database, everybody, accountId);
    for (const group of groups) {
      saveGroup(database, { id: groupIdOf(group), name: group });
      addMember(database, groupIdOf(group), accountId);
    }
  }
}

function seedConfiguration(desk: Desk): void {
  const { database } = desk;
  saveRole(database, {
    id: ADMINISTRATORS_ROLE,
    name: 'Administrators',
    description: 'A project role that represents administrators in a project',
  });
  saveRole(database, {
    id: APPS_ROLE,
    name: 'atlassian-addons-project-access',
    description: 'A project role that represents apps and their access to a project',
  });
  saveRole(database, { id: 10004, name: 'Member', description: 'Works in the project' });
  saveRole(database, { id: 10005, name: 'Viewer', description: 'Reads the project' });
  seedPermissions(desk);
  createIssueType(database, { name: 'Task', description: 'A piece of work', subtask: false });
  createIssueType(database, {
    name: 'Sub-task',
    description: 'A part of a work item',
    subtask: true,
  });
  createScreen(database, { id: DEFAULT_SCREEN, name: 'Default Screen', description: '' });
  const tab = tabsOf(database, DEFAULT_SCREEN)[0];
  if (tab === undefined) throw new Error('A new screen has a tab.');
  for (const fieldId of DEFAULT_FIELDS) {
    if (!SYSTEM_FIELDS.some(({ id }) => id === fieldId)) throw new Error(`No field ${fieldId}.`);
    addToTab(database, tab, fieldId);
  }
  seedWorkflow(desk);
}

/** The scheme that takes every issue type. */
function seedIssueTypeScheme({ database }: Desk): void {
  const scheme = createIssueTypeScheme(database, {
    name: 'Default Issue Type Scheme',
    description: 'Default issue type scheme is the list of global issue types.',
  });
  for (const { id } of allIssueTypes(database)) addToScheme(database, scheme.id, id);
}

/** What the scheme of a new site grants: work to every user, administration to the project's role. */
function seedPermissions({ database }: Desk): void {
  const scheme = createPermissionScheme(database, {
    id: 0,
    name: 'Default Permission Scheme',
    description: 'The scheme of every new project',
  });
  const reserved = [
    'ADMINISTER_PROJECTS',
    'DELETE_ISSUES',
    'DELETE_ALL_COMMENTS',
    'EDIT_ALL_COMMENTS',
  ];
  for (const permission of Object.keys(PROJECT_PERMISSIONS)) {
    grant(database, scheme.id, {
      permission,
      ...(reserved.includes(permission)
        ? { holderType: 'projectRole', holder: String(ADMINISTRATORS_ROLE) }
        : { holderType: 'applicationRole', holder: null }),
    });
    grant(database, scheme.id, {
      permission,
      holderType: 'projectRole',
      holder: String(APPS_ROLE),
    });
  }
}

/** Jira's simplified workflow: three statuses, and from everywhere to each of them. */
function seedWorkflow({ database, clock }: Desk): void {
  const toDo = createStatus(database, { name: 'To Do', description: '', category: 'TODO' });
  const statuses = [
    toDo,
    createStatus(database, {
      id: 3,
      name: 'In Progress',
      description: '',
      category: 'IN_PROGRESS',
    }),
    createStatus(database, { name: 'Done', description: '', category: 'DONE' }),
  ];
  const common = {
    description: '',
    links: [],
    validators: [],
    actions: [],
    triggers: [],
    properties: {},
  };
  createWorkflow(
    database,
    {
      name: DEFAULT_WORKFLOW,
      description: 'The default Jira workflow.',
      statuses: statuses.map(({ id }) => ({ statusReference: String(id), properties: {} })),
      transitions: [
        {
          ...common,
          id: '1',
          name: 'Create',
          type: 'INITIAL',
          toStatusReference: String(toDo.id),
        },
        ...statuses.map(({ id, name }, at) => ({
          ...common,
          id: String(11 + 10 * at),
          name,
          type: 'GLOBAL' as const,
          toStatusReference: String(id),
        })),
      ],
    },
    clock.now(),
  );
  createScheme(database, {
    name: 'Default Workflow Scheme',
    description: '',
    defaultWorkflow: DEFAULT_WORKFLOW,
    mappings: {},
  });
}
