import { timingSafeEqual } from 'node:crypto';
import type { Viewer } from '../../../pages/layout';
import { messagePage } from '../../../pages/layout';
import type { ServiceRequest, ServiceResponse } from '../../service';
import type { Desk, Person } from '../desk';
import { userById } from '../people';
import type { Session } from '../sign-in';

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
].join('; ');

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

export function pageAnswer(markup: string, status = 200): ServiceResponse {
  return { status, headers: PAGE_HEADERS, body: Buffer.from(markup) };
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

export function viewerOf({ desk, session }: Visit): Viewer {
  const user = userById(desk.database, session.accountId);
  return { displayName: user?.displayName ?? session.accountId, csrf: session.csrf };
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
