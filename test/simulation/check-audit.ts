/** I13: as many jobs as entries that offer one, an entry for each agent that had one, and every checkpoint that was ever signed is a beginning of its history. */
import type { ReleaseEvent } from '#core/release-event';
import { Checkpoint } from '#wire/checkpoint';
import type { JobRecord, ReleaseRecord } from '#wire/records';
import { checkActs } from './check-acts';
import type { World } from './world';

/** All that bears witness to a release agrees with what happened to it. */
export async function checkAudit(world: World, record: ReleaseRecord): Promise<void> {
  const { sim, store, history, agents } = world;
  const { issueId } = record.state;
  const offered = history.eventsOf(issueId).filter(({ type }) => type === 'stage-offered').length;
  const jobs = store.all('job').filter((job) => job.issueId === issueId).length;
  if (offered !== jobs)
    sim.violated('I13', `${issueId} has ${jobs} jobs and ${offered} entries that offer one.`);

  for (const job of store.all('job').filter((each) => each.issueId === issueId))
    if (job.status === 'finished' && !tellsWhoHad(job, history.eventsOf(issueId)))
      sim.violated('I13', `The history of ${issueId} does not tell who had job ${job.job}.`);

  checkActs(world, issueId);

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

/** Its entries follow one another with rising fences up to the agent and the fence that the job ended with. */
function tellsWhoHad({ job, agent, fence }: JobRecord, events: readonly ReleaseEvent[]): boolean {
  const claims = events.filter((event) => event.type === 'job-claimed' && event.job === job);
  let [had, last]: [string | null, number] = [null, 0];
  let name: string | null = null;
  for (const claim of claims) {
    if (claim.type !== 'job-claimed' || claim.former !== name || claim.agent === had) return false;
    if (claim.fence <= last || claim.lastFence - claim.fence < claim.times - 1) return false;
    [had, last, name] = [claim.agent, claim.lastFence, claim.name];
  }
  return had === agent && last === fence;
}
