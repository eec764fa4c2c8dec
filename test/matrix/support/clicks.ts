/** What people do with a release of SIT: submit, start, review its scripts, let them run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { reviewScript } from '#app/review-script';
import { reviewMark } from '#core/scripts';
import { aPolicy, DBA, REPORTER, TESTER } from '../../support/builders';
import type { ReleaseWorld } from '../../support/release-world';
import type { ServedApp } from './served-app';

export const SIT_ALONE = aPolicy({
  environments: [{ id: 'SIT', approvals: [], starters: 'testers' }],
});

/** How long people try a click again: on a busy machine fast time may run ahead of an agent. */
const PATIENCE_MILLISECONDS = 30_000;

/** A click that must go through. */
export async function click(
  { world, app }: { readonly world: ReleaseWorld; readonly app: ServedApp },
  ...words: Parameters<ReleaseWorld['click']>
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    app.keepTime();
    const clicked = await world.click(...words);
    if (clicked.kind === 'moved') break;
    if (Date.now() > deadline) throw new Error(`${words[0]}: ${JSON.stringify(clicked)}`);
    await sleep(50);
  }
  await app.drain();
}

/** From the draft to where the agent has the word. */
export async function startRelease(world: ReleaseWorld, app: ServedApp): Promise<void> {
  await click({ world, app }, 'submit', REPORTER);
  await click({ world, app }, 'start', TESTER);
  const { sql = [] } = (await world.record()).state.content ?? {};
  for (const script of sql) {
    await reviewScript(world.ports, {
      issueId: world.issue.id,
      accountId: DBA,
      script: script.id,
      mark: reviewMark(script),
      verdict: 'approved',
      reason: '',
    });
  }
  await app.drain();
  if (sql.length > 0) await click({ world, app }, 'submit-sql', DBA);
}
