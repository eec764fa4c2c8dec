/** The audit of a release as a browser downloads it. */
import { exportAudit } from '#app/export-audit';
import { joinPages } from '../../static/release-panel/src/join-pages';
import type { AuditFile } from '../../static/release-panel/src/join-pages';
import type { ReleaseWorld } from './release-world';

/** All pages in one. */
export const downloadAudit = ({
  ports,
  issue,
}: Pick<ReleaseWorld, 'ports' | 'issue'>): Promise<AuditFile> =>
  joinPages(async (start) => {
    const page = await exportAudit(ports, { issueId: issue.id, ...start });
    if (page.kind === 'refused') throw new Error(page.sentence);
    return page;
  });
