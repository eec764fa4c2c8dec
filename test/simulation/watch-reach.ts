/** I15, where agents reach only a part: whoever is offered a job, has it or does its work was enrolled for all of the places that its plan names. */
import type { Reach } from '#core/reach';
import { isHostStep } from '#core/plan-step';
import type { Host } from '#core/site';
import type { InboxRecord, JobRecord } from '#wire/records';
import type { FakeStore } from './fake-store';
import type { Sim } from './sim';

/** An agent as it was enrolled, whatever the store says of it. */
interface Enrolled {
  readonly name: string;
  readonly reach: Reach;
}

export interface ReachWatch {
  /** What of the job lies elsewhere for this agent; undefined when it reaches all of it. */
  whyNot(agentId: string, job: JobRecord): 'environment' | 'group' | 'room' | undefined;
  /** The agent is about to do this for the job. */
  means(agentId: string, job: string, what: string): void;
  /** The agent opens a connection to the host. */
  connects(agentId: string, host: Host): void;
}

/** Written anew from the plan and the sites; `groupOf` says what a site belonged to from the beginning. */
export function watchReach(
  sim: Sim,
  store: FakeStore,
  enrolled: (agentId: string) => Enrolled | undefined,
  groupOf: (site: string) => string | undefined,
): ReachWatch {
  store.onCommit((changes) => {
    for (const { entity, key, after } of changes) {
      if (entity === 'job') onJob(after as JobRecord | undefined);
      if (entity === 'inbox') onInbox(key, after as InboxRecord | undefined);
    }
  });

  function onJob(job: JobRecord | undefined): void {
    if (job?.status === 'running' && job.agent !== null) check(job.agent, job, `has ${job.job}`);
  }

  function onInbox(agentId: string, inbox: InboxRecord | undefined): void {
    for (const name of inbox?.jobs ?? []) {
      const job = store.peek('job', name);
      if (job) check(agentId, job, `is offered ${name}`);
    }
  }

  function check(agentId: string, job: JobRecord, what: string): void {
    const why = whyNot(agentId, job);
    if (why !== undefined)
      sim.violated('I15', `${nameOf(agentId)} ${what}, which is of another ${why}.`);
  }

  const nameOf = (agentId: string): string => enrolled(agentId)?.name ?? agentId;

  const databaseGroup = (database: string): string | undefined => {
    return store
      .all('policy')[0]
      ?.policy.groups?.find(({ databases }) => databases.includes(database))?.id;
  };

  function whyNot(agentId: string, job: JobRecord) {
    const reach = enrolled(agentId)?.reach;
    const plan = store.plan(job.planDigest);
    if (!reach || !plan) return undefined;
    if (!reach.environments.includes(plan.environment)) return 'environment';
    for (const step of plan.steps) {
      const isElsewhere = isHostStep(step)
        ? groupOf(step.site) !== reach.group
        : step.stage === 'SQL' && (databaseGroup(step.database) ?? reach.group) !== reach.group;
      if (isElsewhere) return 'group';
      if (isHostStep(step) && !step.hosts.every((host) => standsWithin(reach, host))) return 'room';
    }
    return undefined;
  }

  return {
    whyNot,
    means: (agentId, name, what) => {
      const job = store.peek('job', name);
      if (job) check(agentId, job, `means to work: ${what}`);
    },
    connects: (agentId, host) => {
      const reach = enrolled(agentId)?.reach;
      if (reach && !standsWithin(reach, host))
        sim.violated('I15', `${nameOf(agentId)} connects to ${host.name} in room ${host.room}.`);
    },
  };
}

const standsWithin = ({ rooms }: Reach, { room }: Host): boolean =>
  rooms === undefined || rooms.includes(room);
