/** Protections of the app, switched off from outside: the store answers what makes the rule agree. */
import { reviewMark } from '#core/scripts';
import type { Ports, Store } from '#app/ports';
import type { Envelope } from '#wire/agent';
import type { AgentRecord, PolicyRecord, ReleaseRecord } from '#wire/records';
import { BACKUP } from './cast';
import { lying, lyingState } from './lying-store';
import type { Sim } from './sim';

type State = ReleaseRecord['state'];

/** The ports of an agent's call. */
export function portsForCall(sim: Sim, ports: Ports, envelope: Envelope): Ports {
  const door = portsForDoor(sim, ports, envelope);
  const { op } = envelope;
  if (op === 'log' && sim.isOff('log-chunk'))
    return lying(door, 'job', (job) =>
      job.log ? { ...job, log: { ...job.log, nextChunk: 0 } } : job,
    );
  if (op === 'add-key' && sim.isOff('newest-key')) return lying(door, 'agent', endless);
  if (op === 'report' || op === 'finish') return portsForMessage(sim, door, envelope);
  if (op !== 'claim' && op !== 'heartbeat') return door;
  const asked = lyingAboutApprovals(sim, door);
  return op === 'claim' ? portsForClaim(sim, withinReach(sim, asked, envelope)) : asked;
}

/** Who may come in. */
function portsForDoor(sim: Sim, ports: Ports, { aud, boot, op }: Envelope): Ports {
  if (sim.isOff('signature')) return { ...ports, crypto: { ...ports.crypto, verify: () => true } };
  if (sim.isOff('audience')) return { ...ports, audience: aud };
  if (sim.isOff('key-end')) return lying(ports, 'agent', endless);
  if (sim.isOff('noted-start') && op === 'claim')
    return lying(ports, 'agent', (record) => ({ ...record, boot }));
  if (sim.isOff('job-boot')) return lying(ports, 'job', (job) => ({ ...job, boot }));
  if (sim.isOff('second-life'))
    return lying(ports, 'agent', (record) => ({ ...record, formerBoots: [] }));
  if (sim.isOff('revocation'))
    return lying(ports, 'agent', (record) => ({
      ...record,
      state: record.state === 'revoked' ? 'active' : record.state,
    }));
  return ports;
}

/** None of its keys has an end. */
const endless = (agent: AgentRecord): AgentRecord => ({
  ...agent,
  keys: agent.keys.map((key) => ({ ...key, notAfter: null })),
});

function portsForMessage(sim: Sim, ports: Ports, { op, seq }: Envelope): Ports {
  if (sim.isOff('sequence')) {
    const next = (seq ?? 1) - 1;
    return lying(ports, 'job', (job) => ({ ...job, lastSeq: next, lastMessage: null }));
  }
  if (sim.isOff('commit-first') && op === 'report')
    return { ...ports, store: { ...ports.store, transact: () => Promise.resolve('done') } };
  return ports;
}

/** Whoever asks for a job seems to belong to its group, or to reach every room, and so it was offered to them. */
function withinReach(sim: Sim, ports: Ports, { agent: agentId, job: name }: Envelope): Ports {
  if (!sim.isOff('groups') && !sim.isOff('rooms')) return ports;
  const offered = lying(ports, 'job', (job) => ({ ...job, agents: [...job.agents, agentId] }));
  if (sim.isOff('rooms')) return lying(offered, 'agent', ({ rooms: _, ...agent }) => agent);
  const { store } = offered;
  const get: Store['get'] = async (entity, key) => {
    const group = entity === 'agent' ? (await store.get('job', name ?? ''))?.group : undefined;
    const asMember = ({ group: _, ...agent }: AgentRecord): AgentRecord =>
      group === undefined ? agent : { ...agent, group };
    return lying(offered, 'agent', asMember).store.get(entity, key);
  };
  return { ...offered, store: { ...store, get } };
}

function portsForClaim(sim: Sim, ports: Ports): Ports {
  if (sim.isOff('called-done'))
    return lyingState(ports, (state) => ({ ...state, doneStatements: [] }));
  if (sim.isOff('lease')) return lying(ports, 'job', (job) => ({ ...job, leaseUntil: 0 }));
  if (sim.isOff('open-question'))
    return lying(ports, 'release', (record) => ({ ...record, state: allAnswered(record.state) }));
  if (!sim.isOff('fence-row')) return ports;
  const noFence = lying(ports, 'job', (job) => ({ ...job, fence: 0 }));
  return lying(noFence, 'scope', (scope) => ({ ...scope, fence: 0 }));
}

/** More jobs than a simulated release ever has. */
const JOBS_MAX = 200;

const allAnswered = (state: State): State => ({
  ...state,
  answeredStatements: Array.from(
    { length: JOBS_MAX },
    (_, serial) => `${state.issueId}.${String(serial)}`,
  ),
});

/** The ports of a click: when it is judged, and when it is recorded. */
export function portsForClick(sim: Sim, ports: Ports): Ports {
  if (sim.isOff('click-ids'))
    return lying(ports, 'release', (record) => ({ ...record, clicks: [] }));
  if (sim.isOff('judged-plan'))
    return lying(ports, 'release', (record) => ({
      ...record,
      judged: record.judged.map((click) => ({
        ...click,
        planDigest: record.state.planDigest ?? click.planDigest,
      })),
    }));
  if (sim.isOff('scope-lock'))
    return lying(ports, 'scope', (scope) => ({ ...scope, holder: null }));
  if (sim.isOff('reviews')) return lyingState(ports, reviewed);
  return lyingAboutApprovals(sim, ports);
}

function lyingAboutApprovals(sim: Sim, ports: Ports): Ports {
  if (sim.isOff('approvals')) return lying(ports, 'policy', withoutApprovals);
  return ports;
}

const withoutApprovals = (settings: PolicyRecord): PolicyRecord => ({
  ...settings,
  policy: {
    ...settings.policy,
    environments: settings.policy.environments.map((environment) => ({
      ...environment,
      approvals: [],
    })),
  },
});

const reviewed = (state: State): State => ({
  ...state,
  reviews: (state.content?.sql ?? []).map((script) => ({
    script: script.id,
    mark: reviewMark(script),
    by: BACKUP,
    verdict: 'approved',
    reason: '',
  })),
});

/** The ports of a worker that does Jira effects. */
export const portsForWork = (sim: Sim, ports: Ports): Ports =>
  sim.isOff('outbox-turn')
    ? lying(ports, 'release', (record) => ({
        ...record,
        jira: {
          ...record.jira,
          working: record.jira.working && { ...record.jira.working, until: 0 },
        },
      }))
    : ports;

/** The ports of the sweep. */
export const portsForSweep = (sim: Sim, ports: Ports): Ports =>
  sim.isOff('reconciler')
    ? { ...ports, jira: { ...ports.jira, issuesUpdatedSince: () => Promise.resolve([]) } }
    : ports;

/** The ports of whoever downloads a history. */
export const portsForAudit = (sim: Sim, ports: Ports): Ports =>
  sim.isOff('audit-head')
    ? lying(ports, 'release', (record) => ({
        ...record,
        history: { ...record.history, segments: record.history.segments - 1 },
      }))
    : ports;
