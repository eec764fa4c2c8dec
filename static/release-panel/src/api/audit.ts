/** The audit of the release that the panel stands in. */
import { joinPages } from '../join-pages';
import type { AuditFile } from '../join-pages';
import { ask } from './app';

/** All pages as one file. */
export const readAudit = (): Promise<AuditFile> =>
  joinPages(async (start) => {
    const answer = await ask('audit.get', { ...start });
    if (answer.kind === 'refused') throw new Error(answer.sentence);
    return answer;
  });
