import { canonicalText } from '#core/canonical';
import type { Release } from '#core/release';
import type { Ports } from './ports';

/** Names what a person saw who writes content: the content as it stood, and the status. */
export const contentMark = (
  { crypto }: Pick<Ports, 'crypto'>,
  { status, content }: Release,
): string => crypto.sha256(canonicalText([status, content])).slice(0, 16);
