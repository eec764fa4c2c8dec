import type { Ports } from './ports';

/** Whoever may act on the open releases may be others now; when the queue is down, a look at a release sees it. */
export async function askForRefresh(ports: Ports, project: string): Promise<void> {
  try {
    await ports.queue.push({ type: 'refresh-project', project });
  } catch (error) {
    ports.log.warn('The queue took no task; a look at a release sees the change.', {
      project,
      error: String(error),
    });
  }
}
