/** The audit of the release that the panel stands in. */
import type { AuditPage } from '#wire/page';
import { joinPages } from '../join-pages';
import type { AuditFile } from '../join-pages';
import { ask } from './app';

/** All pages, one after the other, as one file. */
export async function readAudit(): Promise<AuditFile> {
  const pages: AuditPage[] = [];
  let from: number | null = 1;
  while (from !== null) {
    const page: AuditPage = await readPage(from);
    pages.push(page);
    from = page.next;
  }
  return joinPages(pages);
}

async function readPage(from: number): Promise<AuditPage> {
  const answer = await ask('audit.get', { from });
  if (answer.kind === 'refused') throw new Error(answer.sentence);
  return answer;
}
