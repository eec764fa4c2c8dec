import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messagePage } from '../../../pages/layout';
import type { ServiceRequest, ServiceResponse } from '../../service';
import { textAsAdf } from '../adf';
import { addComment } from '../comments';
import type { Desk } from '../desk';
import { announceCommented } from '../events';
import { type Issue, touch } from '../issues';
import { holdsOnIssue } from '../permissions';
import type { Project } from '../projects';
import { browsableIssue, browsableProject } from '../rest/visible';
import { identify } from '../sign-in';
import { edit, showEdit } from './edit-form';
import { showIssue } from './issue-view';
import { picture } from './pictures';
import { showAppPage, showAppSettings, showSettings } from './project-apps';
import { create, showCreate, showIssues, showProjects } from './project-views';
import { chooseTheme, showSignIn, signIn, signOut } from './sign-in-routes';
import { clickTransition, showTransitionScreen } from './transition-form';
import { isOwnForm, missingPage, pageAnswer, redirect, viewerOf, type Visit } from './visit';

const STYLE = readFileSync(join(__dirname, '../../../pages/site.css'));

/** Answers a page of the site. */
export async function answerPage(desk: Desk, request: ServiceRequest): Promise<ServiceResponse> {
  const { method, path, query } = request;
  if (path === '/site.css' && method === 'GET') return style();
  const drawn = method === 'GET' ? picture(desk, path, query) : undefined;
  if (drawn !== undefined) return drawn;
  const form = new URLSearchParams(method === 'POST' ? request.body.toString('utf8') : '');
  if (path === '/login') {
    if (method === 'GET') return showSignIn(desk, query.get('next') ?? '/projects');
    if (method === 'POST') return signIn(desk, form);
  }
  const identity = identify(desk, request.headers);
  if (identity.kind !== 'known' || identity.session === undefined) {
    const next = method === 'GET' ? path : '/projects';
    return redirect(`/login?next=${encodeURIComponent(next)}`);
  }
  const { person, session } = identity;
  const visit: Visit = { desk, person, session, request, form };
  if (method === 'GET') return show(visit);
  if (method !== 'POST') return missingPage(visit);
  if (!isOwnForm(visit)) {
    const sentence = 'This form was not made for your session. Open its page again and retry.';
    return pageAnswer(messagePage('Not done', sentence, viewerOf(visit)), 403);
  }
  return post(visit);
}

function show(visit: Visit): ServiceResponse {
  const [first, name = '', third, fourth, fifth] = segments(visit.request.path);
  if (first === undefined) return redirect('/projects');
  if (first === 'projects' && name === '') return showProjects(visit);
  if (first === 'projects' && (third === undefined || third === 'issues')) {
    return withProject(visit, name, (project) => showIssues(visit, project));
  }
  if (first === 'projects' && third === 'create') {
    return withProject(visit, name, (project) => showCreate(visit, project));
  }
  if (first === 'projects' && third === 'settings') {
    return withProject(visit, name, (project) =>
      fourth === 'apps' && fifth !== undefined
        ? showAppSettings(visit, project, fifth)
        : showSettings(visit, project),
    );
  }
  if (first === 'projects' && third === 'apps' && fourth !== undefined) {
    return withProject(visit, name, (project) => showAppPage(visit, project, fourth));
  }
  if (first === 'browse' && third === 'edit') {
    return withIssue(visit, name, (issue) => showEdit(visit, issue));
  }
  if (first === 'browse' && third === undefined) {
    return withIssue(visit, name, (issue) => showIssue(visit, issue));
  }
  if (first === 'browse' && third === 'transitions' && fourth !== undefined) {
    return withIssue(visit, name, (issue) => showTransitionScreen(visit, issue, fourth));
  }
  return missingPage(visit);
}

function post(visit: Visit): ServiceResponse | Promise<ServiceResponse> {
  const [first, name = '', third, fourth] = segments(visit.request.path);
  if (first === 'logout') return signOut(visit.desk, visit.request);
  if (first === 'theme') return chooseTheme(visit.form);
  if (first === 'browse' && third === 'edit') {
    return withIssue(visit, name, (issue) => edit(visit, issue));
  }
  if (first === 'projects' && third === 'create') {
    return withProject(visit, name, (project) => create(visit, project));
  }
  if (first === 'browse' && third === 'transitions' && fourth !== undefined) {
    return withIssue(visit, name, (issue) => clickTransition(visit, issue, fourth));
  }
  if (first === 'browse' && third === 'comments') {
    return withIssue(visit, name, (issue) => comment(visit, issue));
  }
  return missingPage(visit);
}

function comment(visit: Visit, issue: Issue): ServiceResponse {
  const { desk, person, form } = visit;
  const typed = (form.get('comment') ?? '').trim();
  const title = 'The comment was not saved';
  if (!holdsOnIssue(desk, person.accountId, 'ADD_COMMENTS', issue)) {
    return showIssue(visit, issue, {
      problem: { title, sentences: ['You may not comment here.'] },
    });
  }
  if (typed === '')
    return showIssue(visit, issue, { problem: { title, sentences: ['It has no text.'] } });
  const nowMs = desk.clock.now();
  const author = person.accountId;
  const fresh = { issueId: issue.id, author, body: textAsAdf(typed), properties: [] };
  const saved = addComment(desk.database, fresh, nowMs);
  touch(desk.database, issue.id, nowMs);
  announceCommented(desk, issue, saved, person);
  return redirect(`/browse/${issue.key}#comment-${saved.id}`);
}

function withIssue<T extends ServiceResponse | Promise<ServiceResponse>>(
  visit: Visit,
  key: string,
  answer: (issue: Issue) => T,
): T | ServiceResponse {
  const found = browsableIssue(visit.desk, visit.person, key);
  return found.kind === 'refused' ? missingPage(visit) : answer(found.value);
}

function withProject(
  visit: Visit,
  key: string,
  answer: (project: Project) => ServiceResponse,
): ServiceResponse {
  const found = browsableProject(visit.desk, visit.person, key);
  return found.kind === 'refused' ? missingPage(visit) : answer(found.value);
}

function segments(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function style(): ServiceResponse {
  return {
    status: 200,
    headers: { 'content-type': 'text/css; charset=utf-8', 'x-content-type-options': 'nosniff' },
    body: STYLE,
  };
}
