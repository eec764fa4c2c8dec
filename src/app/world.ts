/** Loads what the decider must know about a release's world, by keys only. */
import type { Facts, ScopeFact } from '#core/facts';
import { scopesOf } from '#core/gates';
import { DEFAULT_POLICY, firstEnvironment } from '#core/policy';
import { reaches } from '#core/reach';
import type { Reach, Workplace } from '#core/reach';
import { workplaceOf } from '#core/workplace';
import type { InboxRecord, PolicyRecord, ReleaseRecord, ScopeRecord } from '#wire/records';
import { isHolding } from './holding';
import { CHANGES_MAX, placesOf } from './ports';
import type { Found, Ports, Store } from './ports';
import { siteKey } from './site-key';

export interface World {
  readonly facts: Facts;
  readonly settings: PolicyRecord;
  /** What a release is about to take; empty while it holds all of it. */
  readonly scopes: ReadonlyMap<string, ScopeRecord>;
  /** Of the agents that may be offered a job of the release in its environment; in a draft's, the first that it will enter. */
  readonly inboxes: ReadonlyMap<string, InboxRecord>;
  /** Whom its work is for; undefined where nobody can be offered all of it. */
  readonly work: Workplace | undefined;
}

/** Most agents that one job is offered to. */
const AGENTS_PER_JOB_MAX = 12;

/** What a start writes besides inboxes and locks: release, history, outbox, job. */
const CHANGES_OF_START = 4;

/** Each agent has an inbox in the transaction that offers the job, and so has each lock that the start takes. */
export const agentsPerJob = (locks: number): number =>
  Math.min(AGENTS_PER_JOB_MAX, CHANGES_MAX - CHANGES_OF_START - locks);

/** Reads the policy, and then all that the release touches in one request: its sites, their scopes, its agents. */
export async function loadWorld(ports: Ports, record: ReleaseRecord): Promise<World> {
  const { store, clock, crypto } = ports;
  const settings = await loadSettings(store, record.project);
  const { environment } = record.state;
  const siteKeys = (record.state.content?.code ?? []).map(({ site }) =>
    siteKey(record.state.project, site),
  );
  const scopeNames = isHolding(record.state.status) ? [] : scopesOf(record.state);
  // Whoever looks at a draft may start it soon, so the agents of its first environment hurry already.
  const place = environment ?? firstEnvironment(settings.policy);
  const agentIds = place === undefined ? [] : agentsOf(settings, place);
  const found = await store.getMany([
    ...placesOf('site', siteKeys),
    ...placesOf('scope', scopeNames),
    ...placesOf('inbox', agentIds),
  ]);
  const scopes = new Map(
    scopeNames.map((scope) => [scope, found.get('scope', scope) ?? NEVER_TAKEN]),
  );
  const sites = siteKeys.flatMap((key) => found.get('site', key)?.site ?? []);
  const roster = rosterOf(settings, agentIds, found);
  const work =
    place === undefined
      ? undefined
      : workplaceOf(record.state, place, { sites, policy: settings.policy });
  const facts: Facts = {
    now: clock.now(),
    policy: settings.policy,
    sites,
    scopes: await Promise.all(
      [...scopes].map(([scope, row]) => scopeFact(store, record, scope, row)),
    ),
    agents: roster.map(({ inbox, ...agent }) => ({ ...agent, lastSeen: inbox.lastSeen ?? 0 })),
    nextSerial: record.history.events + 1,
    sha256: (text) => crypto.sha256(text),
  };
  const inReach = work === undefined ? [] : roster.filter((agent) => reaches(agent, work));
  const offered = inReach.slice(0, agentsPerJob(scopesOf(record.state).length));
  const inboxes = new Map(offered.map(({ agentId, inbox }) => [agentId, inbox]));
  return { facts, settings, scopes, inboxes, work };
}

/** The project's policy, roster and workflow; the default policy where nothing was set yet. */
export async function loadSettings(store: Store, project: string): Promise<PolicyRecord> {
  const settings = await store.get('policy', project);
  return (
    settings ?? {
      version: 0,
      project,
      updatedAt: 0,
      installed: 'no',
      policy: DEFAULT_POLICY,
      agents: [],
      workflow: null,
    }
  );
}

const agentsOf = (settings: PolicyRecord, environment: string): readonly string[] =>
  settings.agents
    .filter((agent) => agent.environments.includes(environment))
    .map((agent) => agent.agentId);

/** Its row is made when it is taken for the first time. */
const NEVER_TAKEN: ScopeRecord = { version: -1, fence: 0, holder: null };

/** Only a release that stands in the way is read, for its key. */
async function scopeFact(
  store: Store,
  { state }: ReleaseRecord,
  scope: string,
  { holder, standing = [] }: ScopeRecord,
): Promise<ScopeFact> {
  const other = holder === null || holder === state.issueId ? undefined : holder;
  const record = other === undefined ? undefined : await store.get('release', other);
  const latest = standing.at(-1);
  const fact = { scope, holder, holderKey: record?.issueKey ?? null };
  return latest === undefined ? fact : { ...fact, latest };
}

interface Member extends Reach {
  readonly agentId: string;
  readonly inbox: InboxRecord;
}

/** These agents, those that were heard from last before the others; the roster holds active ones only. */
function rosterOf(
  { agents }: PolicyRecord,
  agentIds: readonly string[],
  found: Found,
): readonly Member[] {
  const members = agents.flatMap((agent): Member[] => {
    const inbox = agentIds.includes(agent.agentId) ? found.get('inbox', agent.agentId) : undefined;
    return inbox ? [{ ...agent, inbox }] : [];
  });
  return members.sort((left, right) => (right.inbox.lastSeen ?? 0) - (left.inbox.lastSeen ?? 0));
}
