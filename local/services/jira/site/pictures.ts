import { escapeHtml } from '../../../pages/html';
import type { ServiceResponse } from '../../service';
import type { Desk } from '../desk';
import { issueTypeById } from '../issue-types';
import { userById } from '../people';

const SIZE_PX = 48;

/** Avatars: the first letters of a name on a coloured ground. Undefined when the path is no picture. */
export function picture(
  desk: Desk,
  path: string,
  query: URLSearchParams,
): ServiceResponse | undefined {
  const id = query.get('id') ?? '';
  switch (path) {
    case '/secure/useravatar':
      return drawn(userById(desk.database, id)?.displayName ?? '?');
    case '/secure/projectavatar':
      return drawn(id);
    case '/secure/typeavatar':
      return drawn(issueTypeById(desk.database, Number(id))?.name ?? '?');
    default:
      return undefined;
  }
}

function drawn(name: string): ServiceResponse {
  const initials = name
    .split(/\s+/)
    .map((word) => word.charAt(0).toUpperCase())
    .slice(0, 2)
    .join('');
  const hue = Array.from(name).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  const markup = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE_PX}" height="${SIZE_PX}" viewBox="0 0 48 48"><circle cx="24" cy="24" r="24" fill="hsl(${hue} 45% 40%)"/><text x="24" y="31" font-family="sans-serif" font-size="20" fill="#fff" text-anchor="middle">${escapeHtml(initials)}</text></svg>`;
  return {
    status: 200,
    headers: { 'content-type': 'image/svg+xml', 'content-security-policy': "default-src 'none'" },
    body: Buffer.from(markup),
  };
}
