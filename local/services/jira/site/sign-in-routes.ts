import { signInPage } from '../../../pages/sign-in-page';
import type { ServiceRequest, ServiceResponse } from '../../service';
import type { Desk } from '../desk';
import { humanUsers, type User, userByEmail } from '../people';
import {
  closeSession,
  cookieOf,
  openSession,
  SESSION_COOKIE,
  SESSION_SECONDS,
  userWithToken,
} from '../sign-in';
import { pageAnswer, redirect, THEME_COOKIE, themeNamed } from './visit';

export function showSignIn(desk: Desk, next: string, problem?: string): ServiceResponse {
  const people = humanUsers(desk.database).map(({ email, displayName }) => ({
    email,
    displayName,
  }));
  const page = { people, next: isOwnPath(next) ? next : '/projects' };
  return problem === undefined
    ? pageAnswer(signInPage(page))
    : pageAnswer(signInPage({ ...page, problem }), 401);
}

/** Opens a session for the chosen person, or for the owner of an API token. */
export function signIn(desk: Desk, form: URLSearchParams): ServiceResponse {
  const next = form.get('next') ?? '/projects';
  const user = userOf(desk, form);
  if (user === undefined) {
    return showSignIn(desk, next, 'The e-mail address or the API token is wrong.');
  }
  const token = openSession(desk.database, desk.clock, user.accountId);
  return redirect(isOwnPath(next) ? next : '/projects', {
    'set-cookie': `${SESSION_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${SESSION_SECONDS}`,
  });
}

export function signOut(desk: Desk, request: ServiceRequest): ServiceResponse {
  const token = cookieOf(request.headers['cookie'] ?? '', SESSION_COOKIE);
  if (token !== undefined) closeSession(desk.database, token);
  return redirect('/login', {
    'set-cookie': `${SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`,
  });
}

/** Remembers light or dark for a year, and leads back. */
export function chooseTheme(form: URLSearchParams): ServiceResponse {
  const next = form.get('next') ?? '/projects';
  const theme = themeNamed(form.get('theme')) ?? 'system';
  return redirect(isOwnPath(next) ? next : '/projects', {
    'set-cookie': `${THEME_COOKIE}=${theme}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000`,
  });
}

function userOf(desk: Desk, form: URLSearchParams): User | undefined {
  const chosen = form.get('person');
  if (chosen !== null) return userByEmail(desk.database, chosen);
  return userWithToken(desk.database, form.get('email') ?? '', form.get('token') ?? '');
}

/** A path on this site: never another site's address. */
function isOwnPath(next: string): boolean {
  return /^\/(?![/\\])[^\r\n]*$/.test(next);
}
