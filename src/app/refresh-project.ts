/** Has every open release of a project look at its world again. */
import { STATUS_ORDER, STATUSES } from '#core/status';
import type { Status } from '#core/status';
import { PERSON_TRANSITIONS } from '#core/transitions';
import { inviteAgents } from './invite-agents';
import type { ListQuery, Ports } from './ports';
import { recheck } from './recheck';
import { refreshGate } from './refresh-gate';
import { loadWorld } from './world';

/** Releases in one page of a list. */
const PAGE = 90;

/** Still on their way: all of them look at their world. */
const OPEN = STATUS_ORDER.filter((status) => STATUSES[status].category !== 'DONE');

/** Over, but the people whom the project names can still lead out of it: Released, by Roll back. */
const REVERSIBLE = STATUS_ORDER.filter(
  (status) =>
    STATUSES[status].category === 'DONE' &&
    PERSON_TRANSITIONS.some(({ from, who }) => from.includes(status) && who !== 'editor'),
);

/** After a change of sites, policy or agents: the open releases, then the latest of those that are over; the older ones wait for a look. */
export async function refreshProject(ports: Ports, project: string): Promise<void> {
  for (const status of OPEN) await refreshAll(ports, [project, status]);
  for (const status of REVERSIBLE) await refreshLatest(ports, [project, status]);
}

/**
 * Before their gate runs out: open releases that nothing has moved since. One that is over needs no rewriting for
 * years: Jira's conditions read who may, not until when.
 */
export async function refreshQuiet(
  ports: Ports,
  project: string,
  untouchedSince: number,
): Promise<void> {
  for (const status of OPEN) await refreshAll(ports, [project, status], { atMost: untouchedSince });
}

/** Agents may be at work there. */
const AT_WORK: readonly Status[] = [
  'sql-executing',
  'config-executing',
  'code-executing',
  'verifying',
  'rolling-back',
];

/**
 * Releases that have stood at a stage for a while. Lists may be behind: one that moved on while the project was
 * refreshed may have stood in none of them, and its work would wait for ever for agents that came meanwhile.
 */
export async function refreshAtWork(
  ports: Ports,
  project: string,
  untouchedSince: number,
): Promise<void> {
  for (const status of AT_WORK)
    await refreshAll(ports, [project, status], { atMost: untouchedSince });
}

type Partition = readonly [project: string, status: Status];

const byStatus = (partition: Partition) =>
  ({ index: 'by-status', partition, limit: PAGE }) satisfies Partial<ListQuery>;

/** Lists all of them first: refreshing moves a release to the end of its list. */
async function refreshAll(
  ports: Ports,
  partition: Partition,
  within: Pick<ListQuery, 'atMost'> = {},
): Promise<void> {
  const found: string[] = [];
  let after: Pick<ListQuery, 'cursor'> | undefined = {};
  while (after) {
    const query: ListQuery = { ...byStatus(partition), order: 'ascending', ...within, ...after };
    const { rows, cursor } = await ports.store.list('release', query);
    found.push(...rows.map(({ key }) => key));
    after = cursor === undefined ? undefined : { cursor };
  }
  for (const issueId of found) await tryRefresh(ports, issueId);
}

async function refreshLatest(ports: Ports, partition: Partition): Promise<void> {
  const query: ListQuery = { ...byStatus(partition), order: 'descending' };
  const { rows } = await ports.store.list('release', query);
  for (const { key } of rows) await tryRefresh(ports, key);
}

/** One release that cannot be looked at must not keep the others waiting. */
async function tryRefresh(ports: Ports, issueId: string): Promise<void> {
  try {
    await recheck(ports, issueId);
    const record = await ports.store.get('release', issueId);
    if (!record) return;
    const world = await loadWorld(ports, record);
    await refreshGate(ports, record, world);
    const { run } = record.state;
    await inviteAgents(ports, run ? await ports.store.get('job', run.job) : undefined, world);
  } catch (error) {
    ports.log.warn('A release could not look at its world again.', {
      issueId,
      error: String(error),
    });
  }
}
