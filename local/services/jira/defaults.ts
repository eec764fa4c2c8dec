/** The workflow that Jira gives to a scheme that names none. */
export const DEFAULT_WORKFLOW = 'jira';

/** The group of all users. */
export const EVERYBODY_GROUP = 'jira-users';

/** The schemes of a project that names none: ids that a new site has. */
export const DEFAULT_PERMISSION_SCHEME = 0;
export const DEFAULT_WORKFLOW_SCHEME = 10000;

/** The issue types of a new project. */
export const TEMPLATE_TYPES = ['Task', 'Sub-task'];
