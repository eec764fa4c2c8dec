import { timingSafeEqual } from 'node:crypto';
import type { Theme, Viewer } from '../../../pages/layout';
import { messagePage, THEMES } from '../../../pages/layout';
import type { ServiceRequest, ServiceResponse } from '../../service';
import type { Desk, Person } from '../desk';
import { userById } from '../people';
import { cookieOf, type Session } from '../sign-in';

/** Somebody signed in, on a page of the site. */
export interface Visit {
  readonly desk: Desk;
  readonly person: Person;
  readonly session: Session;
  readonly request: ServiceRequest;
  /** What a form sent; empty for a GET. */
  readonly form: URLSearchParams;
}

/** Pages load nothing but the site's own style and pictures, run no script and stand in no frame. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/** Pages with frames of the app: besides, one script of the site's, which asks the gateway, and the app's origin. */
const framedPolicy = (pagesUrl: string): string =>
  [
    ...POLICY.filter((directive) => !directive.startsWith('img-src')),
    `img-src 'self' ${pagesUrl}`,
    "script-src 'self'",
    "connect-src 'self'",
    `frame-src ${pagesUrl}`,
  ].join('; ');

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY.join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

export function pageAnswer(markup: string, status = 200): ServiceResponse {
  return { status, headers: PAGE_HEADERS, body: Buffer.from(markup) };
}

/** A page that holds frames of the app; where the host serves none it is a page like the others. */
export function framedAnswer({ desk }: Visit, markup: string, status = 200): ServiceResponse {
  if (desk.pagesUrl === undefined) return pageAnswer(markup, status);
  const headers = { ...PAGE_HEADERS, 'content-security-policy': framedPolicy(desk.pagesUrl) };
  return { status, headers, body: Buffer.from(markup) };
}

export function redirect(
  location: string,
  headers: Readonly<Record<string, string>> = {},
): ServiceResponse {
  return {
    status: 303,
    headers: { ...PAGE_HEADERS, ...headers, location },
    body: Buffer.from(''),
  };
}

export const THEME_COOKIE = 'local-jira-theme';

export function viewerOf({ desk, session, request }: Visit): Viewer {
  const { accountId, csrf } = session;
  const theme = cookieOf(request.headers['cookie'] ?? '', THEME_COOKIE);
  return {
    accountId,
    csrf,
    displayName: userById(desk.database, accountId)?.displayName ?? accountId,
    theme: themeNamed(theme) ?? 'system',
    path: request.path,
  };
}

export function themeNamed(name: string | null | undefined): Theme | undefined {
  return THEMES.find((theme) => theme === name);
}

export function missingPage(visit: Visit): ServiceResponse {
  const sentence = 'It does not exist, or you do not have permission to see it.';
  return pageAnswer(messagePage('Nothing here', sentence, viewerOf(visit)), 404);
}

/** Whether a form was made for this session. */
export function isOwnForm({ session, form }: Visit): boolean {
  const given = Buffer.from(form.get('csrf') ?? '');
  const expected = Buffer.from(session.csrf);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A moment for people: 2026-11-20 16:00 UTC. */
export function pageTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
