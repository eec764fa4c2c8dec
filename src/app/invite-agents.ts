/** Agents that were confirmed, or whose reach has grown, after a job was offered take their place in it, also that of one that left. */
import { reaches } from '#core/reach';
import type { JobRecord } from '#wire/records';
import { ATTEMPTS_MAX, TooMuchContention } from './errors';
import { changeInbox, workplaceOfJob } from './offer-job';
import { placesOf } from './ports';
import type { Change, Ports } from './ports';
import { agentsPerJob } from './world';
import type { World } from './world';

/**
 * Costs nothing where nobody is missing. As many places as when the job was offered, so that its end fits a transaction:
 * this one changes the job, 12 inboxes of newcomers and 12 of those that left at most.
 */
export async function inviteAgents(
  { store }: Ports,
  known: JobRecord | undefined,
  world: World,
): Promise<void> {
  let job = known;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const gone = job ? goneFrom(job, world) : [];
    const newcomers = job ? newcomersTo(job, gone, world) : [];
    if (!job || newcomers.length === 0) return;
    const { job: id, version, agents } = job;
    const inboxes = await store.getMany(placesOf('inbox', [...newcomers, ...gone]));
    const entries = newcomers.flatMap((agentId): Change[] => {
      const inbox = inboxes.get('inbox', agentId);
      return inbox ? [changeInbox(agentId, inbox, { jobs: [...inbox.jobs, id] })] : [];
    });
    const exits = gone.flatMap((agentId): Change[] => {
      const inbox = inboxes.get('inbox', agentId);
      if (!inbox) return [];
      return [changeInbox(agentId, inbox, { jobs: inbox.jobs.filter((other) => other !== id) })];
    });
    const stay = agents.filter((agentId) => !gone.includes(agentId));
    const record = {
      ...job,
      version: version + 1,
      agents: [...stay, ...entries.map(({ key }) => key)],
    };
    const offer: Change = { type: 'set', entity: 'job', key: id, record, expect: version };
    if (entries.length === 0) return;
    if ((await store.transact([offer, ...entries, ...exits])) === 'done') return;
    job = await store.get('job', id);
  }
  throw new TooMuchContention(`Job ${known?.job ?? ''}`);
}

/** Who was revoked or suspended. The agent that has the job keeps its place: let in again, it goes on with it. */
const goneFrom = (job: JobRecord, { settings }: World): readonly string[] =>
  job.agents.filter(
    (id) => id !== job.agent && !settings.agents.some(({ agentId }) => agentId === id),
  );

/** Who would be offered it today and was not, those that were heard from last before the others. */
function newcomersTo(
  job: JobRecord,
  gone: readonly string[],
  { inboxes, settings }: World,
): readonly string[] {
  if (job.status === 'finished' || job.stop !== undefined) return [];
  const place = workplaceOfJob(job);
  const reaching = settings.agents.filter((agent) => reaches(agent, place));
  const places = agentsPerJob(job.scopes.length) - (job.agents.length - gone.length);
  return [...inboxes.keys()]
    .filter((id) => !job.agents.includes(id) && reaching.some(({ agentId }) => agentId === id))
    .slice(0, Math.max(0, places));
}
