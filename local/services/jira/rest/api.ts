import type { ServiceRequest, ServiceResponse } from '../../service';
import type { Desk, Person } from '../desk';
import { notModelled, refuse, unauthenticated } from './answers';
import { appFieldRoutes } from './app-fields';
import { commentListRoutes } from './comment-list';
import { commentRoutes } from './comments';
import { fieldRoutes } from './fields';
import { issuePanelRoutes } from './issue-panels';
import { issueTypeSchemeRoutes } from './issue-type-schemes';
import { issueRoutes } from './issues';
import { localRoutes } from './local';
import { peopleRoutes } from './people';
import { permissionSchemeRoutes } from './permission-schemes';
import { permissionRoutes } from './permissions';
import { projectRoleRoutes } from './project-roles';
import { projectRoutes } from './projects';
import { propertyRoutes } from './properties';
import { compileRoutes, matchRoute, readBody } from './routes';
import { screenSchemeRoutes } from './screen-schemes';
import { screenRoutes } from './screens';
import { searchRoutes } from './search';
import { issueTypeRoutes, statusRoutes } from './statuses';
import { taskRoutes } from './tasks';
import { transitionRoutes } from './transitions';
import { workflowSchemeRoutes } from './workflow-schemes';
import { workflowRoutes } from './workflows';

/** Everything of the REST API that is modelled, by method and path. */
export const MODELLED_ROUTES = compileRoutes(
  issueRoutes,
  transitionRoutes,
  commentRoutes,
  commentListRoutes,
  propertyRoutes,
  searchRoutes,
  peopleRoutes,
  projectRoutes,
  projectRoleRoutes,
  statusRoutes,
  issueTypeRoutes,
  issueTypeSchemeRoutes,
  fieldRoutes,
  screenRoutes,
  screenSchemeRoutes,
  appFieldRoutes,
  permissionRoutes,
  permissionSchemeRoutes,
  workflowRoutes,
  workflowSchemeRoutes,
  issuePanelRoutes,
  taskRoutes,
  localRoutes,
);

/** Answers a call of the REST API; `person` is undefined for somebody whom Jira does not know. */
export async function answerRest(
  desk: Desk,
  person: Person | undefined,
  request: ServiceRequest,
): Promise<ServiceResponse> {
  if (person === undefined) return unauthenticated();
  const match = matchRoute(MODELLED_ROUTES, request.method, request.path);
  if (match.kind === 'none') {
    desk.log(`Local Jira does not model ${request.method} ${request.path}.`);
    return notModelled(`${request.method} ${request.path}`);
  }
  const body = readBody(request);
  if (body === undefined) return refuse(400, ['The request body is not JSON.']);
  const { method, query } = request;
  return match.endpoint({ desk, person, method, path: match.path, query, body });
}
