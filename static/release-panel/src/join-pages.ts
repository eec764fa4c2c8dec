/** From the pages of an audit to the one file that is judged. */
import type { AuditPage } from '#wire/page';

export type AuditFile = Omit<AuditPage, 'kind' | 'upTo' | 'next' | 'nextActs'>;

/** Where a page begins: at a segment, or in the acts that the segments from there up to another have sealed. */
export interface PageStart {
  readonly from: number;
  readonly acts?: number;
  readonly upTo?: number;
}

/** Reads all pages, one after the other. The last one's head is the file's: a history only grows while it is read. */
export async function joinPages(
  read: (start: PageStart) => Promise<AuditPage>,
): Promise<AuditFile> {
  let start: PageStart = { from: 1 };
  let last = await read(start);
  const pages = [last];
  while (last.nextActs !== null || last.next !== null) {
    start =
      last.nextActs === null
        ? { from: last.next ?? start.from }
        : { from: start.from, acts: last.nextActs, upTo: last.upTo };
    last = await read(start);
    pages.push(last);
  }
  const { format, audience, issueId, issueKey, appKey, head } = last;
  return {
    ...{ format, audience, issueId, issueKey, appKey, head },
    segments: pages.flatMap((page) => page.segments),
    acts: pages.flatMap((page) => page.acts),
    checkpoints: pages.flatMap((page) => page.checkpoints),
  };
}
