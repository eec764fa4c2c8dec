/** Agents that were confirmed, or whose reach has grown, after a job was offered take their place in it. */
import { reaches } from '#core/reach';
import type { JobRecord } from '#wire/records';
import { ATTEMPTS_MAX, TooMuchContention } from './errors';
import { changeInbox, workplaceOfJob } from './offer-job';
import { placesOf } from './ports';
import type { Change, Ports } from './ports';
import { agentsPerJob } from './world';
import type { World } from './world';

/** Costs nothing where nobody is missing. As many places as when the job was offered, so that its end fits a transaction. */
export async function inviteAgents(
  { store }: Ports,
  known: JobRecord | undefined,
  world: World,
): Promise<void> {
  let job = known;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const newcomers = job ? newcomersTo(job, world) : [];
    if (!job || newcomers.length === 0) return;
    const { job: id, version, agents } = job;
    const inboxes = await store.getMany(placesOf('inbox', newcomers));
    const entries = newcomers.flatMap((agentId): Change[] => {
      const inbox = inboxes.get('inbox', agentId);
      return inbox ? [changeInbox(agentId, inbox, { jobs: [...inbox.jobs, id] })] : [];
    });
    const record = {
      ...job,
      version: version + 1,
      agents: [...agents, ...entries.map(({ key }) => key)],
    };
    const offer: Change = { type: 'set', entity: 'job', key: id, record, expect: version };
    if (entries.length === 0 || (await store.transact([offer, ...entries])) === 'done') return;
    job = await store.get('job', id);
  }
  throw new TooMuchContention(`Job ${known?.job ?? ''}`);
}

/** Who would be offered it today and was not, those that were heard from last before the others. */
function newcomersTo(job: JobRecord, { inboxes, settings }: World): readonly string[] {
  if (job.status === 'finished' || job.stop !== undefined) return [];
  const place = workplaceOfJob(job);
  const reaching = settings.agents.filter((agent) => reaches(agent, place));
  return [...inboxes.keys()]
    .filter((id) => !job.agents.includes(id) && reaching.some(({ agentId }) => agentId === id))
    .slice(0, Math.max(0, agentsPerJob(job.scopes.length) - job.agents.length));
}
