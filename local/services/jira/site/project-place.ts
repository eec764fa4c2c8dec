import type { ProjectPlace } from '../../../pages/layout';
import { holds, isAdmin } from '../permissions';
import type { Project } from '../projects';
import { framesOf } from './app-frames';
import type { Visit } from './visit';

/** A project with the links of its side bar, as far as this person may follow them. */
export function placeOf({ desk, person }: Visit, project: Project): ProjectPlace {
  const { key, name } = project;
  const links = [
    { path: `/projects/${key}/issues`, title: 'All work' },
    ...framesOf(desk, 'jira:projectPage', {}).map(({ moduleKey, title }) => ({
      path: `/projects/${key}/apps/${moduleKey}`,
      title,
    })),
  ];
  if (!mayAdminister(desk, person, project)) return { key, name, links };
  const settings = [
    { path: `/projects/${key}/settings`, title: 'Project settings' },
    ...framesOf(desk, 'jira:projectSettingsPage', {}).map(({ moduleKey, title }) => ({
      path: `/projects/${key}/settings/apps/${moduleKey}`,
      title,
    })),
  ];
  return { key, name, links: [...links, ...settings] };
}

/** Whoever may see a project's settings. */
export function mayAdminister(
  desk: Visit['desk'],
  { accountId }: Visit['person'],
  project: Project,
): boolean {
  return holds(desk, accountId, 'ADMINISTER_PROJECTS', project) || isAdmin(desk, accountId);
}
