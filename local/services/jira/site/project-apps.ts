import { appPage, settingsPage } from '../../../pages/project-pages';
import type { PageLink } from '../../../pages/layout';
import type { ServiceResponse } from '../../service';
import type { Desk } from '../desk';
import { groupBy, userById } from '../people';
import { holds } from '../permissions';
import type { Project } from '../projects';
import { allRoles, roleActors, type RoleActor } from '../roles';
import { framesOf } from './app-frames';
import { mayAdminister, placeOf } from './project-place';
import { framedAnswer, missingPage, pageAnswer, viewerOf, type Visit } from './visit';

const SETTINGS_MODULE = 'jira:projectSettingsPage';
const PAGE_MODULE = 'jira:projectPage';

export function showSettings(visit: Visit, project: Project): ServiceResponse {
  const { desk, person } = visit;
  if (!mayAdminister(desk, person, project)) return missingPage(visit);
  return pageAnswer(
    settingsPage({
      viewer: viewerOf(visit),
      project: placeOf(visit, project),
      facts: [
        { name: 'Name', value: project.name },
        { name: 'Key', value: project.key },
        { name: 'Lead', value: userById(desk.database, project.lead)?.displayName ?? '' },
      ],
      apps: framesOf(desk, SETTINGS_MODULE, {}).map(({ moduleKey, title }) => ({
        path: settingsPath(project, moduleKey),
        title,
      })),
      roles: allRoles(desk.database).map((role) => ({
        name: role.name,
        members: roleActors(desk.database, project.id, role.id).map((actor) =>
          memberName(desk, actor),
        ),
      })),
    }),
  );
}

function memberName({ database }: Desk, actor: RoleActor): string {
  if (actor.kind === 'user') return userById(database, actor.accountId)?.displayName ?? '?';
  return `group ${groupBy(database, { id: actor.groupId })?.name ?? '?'}`;
}

/** The app's page under Project settings. */
export function showAppSettings(
  visit: Visit,
  project: Project,
  moduleKey: string,
): ServiceResponse {
  if (!mayAdminister(visit.desk, visit.person, project)) return missingPage(visit);
  const parent = { path: `/projects/${project.key}/settings`, title: 'Project settings' };
  return showApp(visit, project, SETTINGS_MODULE, moduleKey, parent);
}

/** The app's page beside the project's issues. */
export function showAppPage(visit: Visit, project: Project, moduleKey: string): ServiceResponse {
  if (!holds(visit.desk, visit.person.accountId, 'BROWSE_PROJECTS', project)) {
    return missingPage(visit);
  }
  const parent = { path: `/projects/${project.key}/issues`, title: 'Apps' };
  return showApp(visit, project, PAGE_MODULE, moduleKey, parent);
}

function showApp(
  visit: Visit,
  project: Project,
  type: string,
  moduleKey: string,
  parent: PageLink,
): ServiceResponse {
  const frame = framesOf(visit.desk, type, { projectKey: project.key }).find(
    (found) => found.moduleKey === moduleKey,
  );
  if (frame === undefined) return missingPage(visit);
  const page = { viewer: viewerOf(visit), project: placeOf(visit, project), frame, parent };
  return framedAnswer(visit, appPage(page));
}

const settingsPath = ({ key }: Project, moduleKey: string): string =>
  `/projects/${key}/settings/apps/${moduleKey}`;
