import type {
  Actor,
  JiraParts,
  JiraService,
  Lookup,
  Place,
  ServiceRequest,
  ServiceResponse,
} from '../service';
import type { Desk, Person } from './desk';
import { knownIssueType } from './issue-types';
import { countIssueWrites } from './issue-writes';
import { issueByIdOrKey } from './issues';
import { userById } from './people';
import { holdsOnIssue, isAdmin } from './permissions';
import { knownProject, type Project, projectByIdOrKey } from './projects';
import { refuse } from './rest/answers';
import { answerRest } from './rest/api';
import { mayBrowse } from './rest/visible';
import { createTables } from './schema';
import { seed } from './seed';
import { identify } from './sign-in';
import { answerPage } from './site/site';
import { redirect } from './site/visit';

/** A Jira on one database: REST API, workflows, events and pages. */
export function createJira(parts: JiraParts): JiraService {
  const desk: Desk = { ...parts, writes: countIssueWrites(parts.clock) };
  createTables(desk.database);
  seed(desk);
  return {
    handle: (request) => handle(desk, request),
    authenticate: (headers) => authenticate(desk, headers),
    isAdmin: (accountId) => isAdmin(desk, accountId),
    locate: (accountId, place) => locate(desk, accountId, place),
    stop: () => undefined,
  };
}

async function handle(desk: Desk, request: ServiceRequest): Promise<ServiceResponse> {
  if (isForeign(desk, request)) return refuse(403, ['XSRF check failed']);
  if (request.path.startsWith('/rest/') || request.path.startsWith('/local/')) {
    return answerRest(desk, knownPerson(desk, request.actor), request);
  }
  const elsewhere = otherName(desk, request);
  return elsewhere === undefined ? answerPage(desk, request) : redirect(elsewhere);
}

/** The same page under the site's own address, when it was opened under another, such as localhost. */
function otherName({ siteUrl }: Desk, request: ServiceRequest): string | undefined {
  const host = request.headers['host'];
  if (request.method !== 'GET' || host === undefined || host === new URL(siteUrl).host) {
    return undefined;
  }
  const query = request.query.toString();
  return `${siteUrl}${request.path}${query === '' ? '' : `?${query}`}`;
}

/** A browser's request that a page of another site made: only a client with a token may come from anywhere. */
function isForeign(desk: Desk, { method, headers }: ServiceRequest): boolean {
  const origin = headers['origin'];
  if (method === 'GET' || origin === undefined) return false;
  return headers['authorization'] === undefined && origin !== desk.siteUrl;
}

/** Jira knows an actor by an account; an account that is gone is nobody. */
function knownPerson(desk: Desk, actor: Actor): Person | undefined {
  if (actor.kind === 'anonymous') return undefined;
  return userById(desk.database, actor.accountId) === undefined ? undefined : actor;
}

function authenticate(desk: Desk, headers: Readonly<Record<string, string>>): Actor {
  const identity = identify(desk, headers);
  return identity.kind === 'known' ? identity.person : { kind: 'anonymous' };
}

function locate(desk: Desk, accountId: string, { issueKey, projectKey }: Place): Lookup {
  const { database } = desk;
  const person: Person = { kind: 'user', accountId, throughApp: false };
  if (issueKey !== undefined) {
    const issue = issueByIdOrKey(database, issueKey);
    if (issue === undefined || !holdsOnIssue(desk, accountId, 'BROWSE_PROJECTS', issue)) {
      return { kind: 'hidden' };
    }
    const type = knownIssueType(database, issue.typeId);
    return {
      kind: 'found',
      context: {
        issue: {
          id: String(issue.id),
          key: issue.key,
          type: type.name,
          typeId: String(type.id),
        },
        project: projectPlace(knownProject(database, issue.projectId)),
      },
    };
  }
  if (projectKey === undefined) return { kind: 'found', context: {} };
  const project = projectByIdOrKey(database, projectKey);
  if (project === undefined || !mayBrowse(desk, person, project)) return { kind: 'hidden' };
  return { kind: 'found', context: { project: projectPlace(project) } };
}

function projectPlace(project: Project) {
  return { id: String(project.id), key: project.key, type: project.typeKey };
}
