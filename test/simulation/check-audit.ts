/** I13: as many jobs as entries that offer one, and every checkpoint that was ever signed is a beginning of its history. */
import { Checkpoint } from '#wire/checkpoint';
import type { ReleaseRecord } from '#wire/records';
import type { World } from './world';

/** All that bears witness to a release agrees with what happened to it. */
export async function checkAudit(world: World, record: ReleaseRecord): Promise<void> {
  const { sim, store, history, agents } = world;
  const { issueId } = record.state;
  const offered = history.eventsOf(issueId).filter(({ type }) => type === 'stage-offered').length;
  const jobs = store.all('job').filter((job) => job.issueId === issueId).length;
  if (offered !== jobs)
    sim.violated('I13', `${issueId} has ${jobs} jobs and ${offered} entries that offer one.`);

  const check = (checkpoint: Checkpoint, who: string): void => {
    const { segments, head } = checkpoint;
    if (history.headsOf(issueId)[segments - 1] !== head)
      sim.violated('I13', `${who} keeps a checkpoint of ${segments} segments that never were.`);
  };
  for (const { machine } of agents) {
    const last = await machine.journal.lastCheckpoint(machine.identity.audience, issueId);
    if (last) check(last, machine.name);
  }
  for (const row of store.all('checkpoint').filter((each) => each.issueId === issueId)) {
    sim.count('checkpoint countersigned');
    for (const { text, agent } of row.witnesses) check(Checkpoint.parse(JSON.parse(text)), agent);
  }
}
