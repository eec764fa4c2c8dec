/** Loads what the decider must know about a release's world, by keys only. */
import type { AgentFact, Facts, ScopeFact } from '#core/facts';
import { scopesOf } from '#core/gates';
import { DEFAULT_POLICY, firstEnvironment } from '#core/policy';
import type { InboxRecord, PolicyRecord, ReleaseRecord, ScopeRecord } from '#wire/records';
import { isHolding } from './holding';
import { placesOf } from './ports';
import type { Found, Ports, Store } from './ports';
import { siteKey } from './site-key';

export interface World {
  readonly facts: Facts;
  readonly settings: PolicyRecord;
  /** What a release is about to take; empty while it holds all of it. */
  readonly scopes: ReadonlyMap<string, ScopeRecord>;
  /** Of the agents that may be offered a job of the release's environment; of a draft's, the first that it will enter. */
  readonly inboxes: ReadonlyMap<string, InboxRecord>;
}

/** Most agents that one job is offered to: each has an inbox in the transaction that offers it. */
const AGENTS_PER_JOB_MAX = 8;

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
  const inboxes = heardLast(agentIds, found);
  const facts: Facts = {
    now: clock.now(),
    policy: settings.policy,
    sites: siteKeys.flatMap((key) => found.get('site', key)?.site ?? []),
    scopes: await Promise.all(
      [...scopes].map(([scope, row]) => scopeFact(store, record, scope, row)),
    ),
    agents: [...inboxes].map(([agentId, inbox]) => agentFact(settings, agentId, inbox)),
    nextSerial: record.history.events + 1,
    sha256: (text) => crypto.sha256(text),
  };
  return { facts, settings, scopes, inboxes };
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

/** The agents that were heard from last, if there are many; the roster holds active ones only. */
function heardLast(agentIds: readonly string[], found: Found): ReadonlyMap<string, InboxRecord> {
  const inboxes = agentIds.flatMap((agentId) => {
    const inbox = found.get('inbox', agentId);
    return inbox ? [[agentId, inbox] as const] : [];
  });
  inboxes.sort(([, left], [, right]) => (right.lastSeen ?? 0) - (left.lastSeen ?? 0));
  return new Map(inboxes.slice(0, AGENTS_PER_JOB_MAX));
}

const agentFact = (settings: PolicyRecord, agentId: string, inbox: InboxRecord): AgentFact => ({
  agentId,
  environments: settings.agents.find((member) => member.agentId === agentId)?.environments ?? [],
  lastSeen: inbox.lastSeen ?? 0,
});
