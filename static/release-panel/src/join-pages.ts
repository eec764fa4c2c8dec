/** From the pages of an audit to the one file that is judged. */
import type { AuditPage } from '#wire/page';

export type AuditFile = Omit<AuditPage, 'kind' | 'next'>;

/** The last page's head is the file's: a history only grows while it is read. */
export function joinPages(pages: readonly AuditPage[]): AuditFile {
  const last = pages.at(-1);
  if (!last) throw new Error('An audit has at least one page.');
  const { format, audience, issueId, issueKey, appKey, head } = last;
  const segments = pages.flatMap((page) => page.segments);
  const checkpoints = pages.flatMap((page) => page.checkpoints);
  return { format, audience, issueId, issueKey, appKey, head, segments, checkpoints };
}
