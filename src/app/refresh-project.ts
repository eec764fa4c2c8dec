/** Has every open release of a project look at its world again. */
import { STATUS_ORDER, STATUSES } from '#core/status';
import type { Ports } from './ports';
import { recheck } from './recheck';
import { refreshGate } from './refresh-gate';
import { loadWorld } from './world';

/** Releases in one page of a list. */
const PAGE = 90;

/** After a change of sites or policy: all of them. Before their gate runs out: those that nothing has moved since. */
export async function refreshProject(
  ports: Ports,
  project: string,
  untouchedSince?: number,
): Promise<void> {
  for (const issueId of await openReleases(ports, project, untouchedSince)) {
    await tryRefresh(ports, issueId);
  }
}

async function openReleases(
  { store }: Ports,
  project: string,
  untouchedSince?: number,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const status of STATUS_ORDER.filter((name) => STATUSES[name].category !== 'DONE')) {
    let cursor: string | undefined;
    do {
      const page = await store.list('release', {
        index: 'by-status',
        partition: [project, status],
        order: 'ascending',
        limit: PAGE,
        ...(untouchedSince === undefined ? {} : { atMost: untouchedSince }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      found.push(...page.rows.map(({ key }) => key));
      ({ cursor } = page);
    } while (cursor !== undefined);
  }
  return found;
}

/** One release that cannot be looked at must not keep the others waiting. */
async function tryRefresh(ports: Ports, issueId: string): Promise<void> {
  try {
    await recheck(ports, issueId);
    const record = await ports.store.get('release', issueId);
    if (record) await refreshGate(ports, record, await loadWorld(ports, record));
  } catch (error) {
    ports.log.warn('A release could not look at its world again.', {
      issueId,
      error: String(error),
    });
  }
}
