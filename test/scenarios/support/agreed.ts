/** Waits until Jira and the journals of a stand's agents say the same of a release. */
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { differencesBetween } from '../../support/shown-and-kept';
import type { Stand } from './stand';

/** An agent hears that its last word arrived after Jira shows it. */
const SECONDS = 20;

/** What is still different in the end; `configs` are the agent.yml of every agent that may have worked. */
export async function differencesLeft(
  stand: Stand,
  key: string,
  configs: readonly string[] = [stand.config],
  mayBeDropped = false,
): Promise<readonly string[]> {
  const until = performance.now() + SECONDS * 1_000;
  for (;;) {
    const shown = await stand.panel(key);
    const journals = configs.map(
      (config) => new DatabaseSync(join(dirname(config), 'state/journal.db'), { readOnly: true }),
    );
    const left = differencesBetween(shown, journals, { mayBeDropped });
    for (const journal of journals) journal.close();
    if (left.length === 0 || performance.now() > until) return left;
    await sleep(200);
  }
}
