/** Every five minutes: finds what queue and events have lost. */
import { GATE_VALID_SECONDS } from '#core/gate-field';
import { askForEffects } from './commit';
import type { Ports } from './ports';
import { reconcile } from './reconcile';
import { refreshAtWork, refreshQuiet } from './refresh-project';

/** How far back a sweep looks for moved issues: three sweeps, so that one that fails loses nothing. */
const LOOK_BACK_MINUTES = 15;

/** An outbox row that is older has been forgotten by the queue. */
const OUTBOX_OVERDUE_SECONDS = 60;

/** Rows of one page; outboxes beyond the first wait for the next sweep. */
const PAGE = 50;

export const SWEEP_SECONDS = 300;

/** Releases that nothing has moved for so long have their gate written anew before it runs out. */
const QUIET_SECONDS = GATE_VALID_SECONDS - 5 * 3600;

/** Wakes forgotten Jira effects and compares what has moved in Jira lately with the store. */
export async function sweep(ports: Ports): Promise<void> {
  await wakeOutboxes(ports);
  let cursor: string | undefined;
  do {
    const projects = await ports.store.list('policy', {
      index: 'by-installed',
      partition: ['yes'],
      order: 'ascending',
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { record } of projects.rows) await sweepProject(ports, record.project);
    ({ cursor } = projects);
  } while (cursor !== undefined);
}

/** A project that Jira does not answer for must not keep the others waiting. */
async function sweepProject(ports: Ports, project: string): Promise<void> {
  try {
    const issueIds = await ports.jira.issuesUpdatedSince(project, LOOK_BACK_MINUTES);
    for (const issueId of issueIds) await tryReconcile(ports, issueId);
    const now = ports.clock.now();
    await refreshAtWork(ports, project, now - SWEEP_SECONDS);
    if (now % 3600 < SWEEP_SECONDS) await refreshQuiet(ports, project, now - QUIET_SECONDS);
  } catch (error) {
    ports.log.warn('A project’s issues could not be listed.', { project, error: String(error) });
  }
}

async function wakeOutboxes(ports: Ports): Promise<void> {
  const { store, clock } = ports;
  const overdue = await store.list('outbox', {
    index: 'by-state',
    partition: ['pending'],
    atMost: clock.now() - OUTBOX_OVERDUE_SECONDS,
    order: 'ascending',
    limit: PAGE,
  });
  for (const { record } of overdue.rows) await askForEffects(ports, record.issueId);
}

/** One release that cannot be compared must not keep the others waiting. */
async function tryReconcile(ports: Ports, issueId: string): Promise<void> {
  try {
    await reconcile(ports, issueId);
  } catch (error) {
    ports.log.warn('A release could not be compared with its issue.', {
      issueId,
      error: String(error),
    });
  }
}
