/** Everything the panel of a release needs, in one answer. */
import { nowSentence } from '#core/now';
import { parsePlan } from '#wire/plan';
import { sentenceOf } from '#core/refusal';
import { eventActor, eventText } from '#core/story';
import type { EnvironmentView, HostView, ReleaseView, StoryEntry } from '#wire/page';
import type { HostStatesRecord, JobRecord, ReleaseRecord } from '#wire/records';
import { attendanceOf, isAbandoned } from './abandoned';
import { segmentKey } from './commit';
import { ensureRelease } from './ensure-release';
import { viewMark } from './glance-release';
import { chunkKey, chunkOf, chunksOf, hostKey } from './host-chunks';
import { changeInbox } from './offer-job';
import type { Ports } from './ports';
import { reconcile } from './reconcile';
import { refreshGate } from './refresh-gate';
import { loadWorld } from './world';
import type { World } from './world';

/** Segments of the story in one answer: the newest. */
const STORY_SEGMENTS = 20;

/** While a panel is open, its agents come every few seconds for so long after each look. */
const WATCHED_SECONDS = 60;

/** Reconciles first, so that a lost event costs a person seconds, not minutes. */
export async function showRelease(
  ports: Ports,
  input: { readonly issueId: string; readonly accountId: string },
): Promise<ReleaseView> {
  await attempt(ports, 'compare the issue', () => reconcile(ports, input.issueId));
  const issue = await ports.jira.issue(input.issueId);
  const record = issue ? await ensureRelease(ports, issue) : undefined;
  if (!record) return { kind: 'not-a-release', sentence: sentenceOf({ why: 'not-a-release' }) };

  const world = await loadWorld(ports, record);
  await attempt(ports, 'tell the agents to hurry', () => noteWatcher(ports, world));
  await attempt(ports, 'write the gate anew', () => refreshGate(ports, record, world));
  const release = record.state;
  const job = release.run ? await ports.store.get('job', release.run.job) : undefined;
  const now = ports.clock.now();
  const editable = ['draft', 'awaiting-approval', 'ready'].includes(release.status);
  return {
    kind: 'release',
    mark: viewMark(record, job, now),
    issueKey: record.issueKey,
    status: release.status,
    environment: release.environment,
    attempt: release.attempt,
    now: nowSentence(release, world.facts, attendanceOf(job, now)),
    failure: release.failure,
    question: release.question,
    answerable: release.question !== null || (job !== undefined && isAbandoned(job, now)),
    environments: environmentsOf(record, world),
    hosts: await hostsOf(ports, record),
    content: release.content,
    editRefused: editable
      ? null
      : sentenceOf({ why: 'not-in-status', wanted: 'Editing the content', status: release.status }),
    story: await storyOf(ports, record),
  };
}

/** What a look does besides showing may wait for the next look: it never hides the release. */
async function attempt(ports: Ports, what: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    ports.log.warn('A look at the panel could not do what it does besides.', {
      what,
      error: String(error),
    });
  }
}

const environmentsOf = ({ state }: ReleaseRecord, { facts }: World): readonly EnvironmentView[] =>
  facts.policy.environments.map(({ id }) => ({
    id,
    current: id === state.environment,
    deployedAt: state.deployments[id]?.at ?? null,
  }));

async function hostsOf(ports: Ports, { state }: ReleaseRecord): Promise<readonly HostView[]> {
  const text = state.planDigest === null ? undefined : await ports.store.getText(state.planDigest);
  const plan = text === undefined ? undefined : parsePlan(text);
  if (!plan) return [];
  const steps = plan.steps.filter((step) => step.stage === 'CODE');
  const chunks = chunksOf(plan);
  const place = { issueId: state.issueId, environment: plan.environment, attempt: state.attempt };
  // Before a start, the latest states are those of an earlier run.
  const isStarted = state.terms !== null;
  const states = isStarted
    ? await loadHostStates(ports, place, chunks)
    : new Map<number, HostStatesRecord>();
  return steps.flatMap((step) =>
    step.hosts.map((host): HostView => {
      const key = hostKey(step.id, host.id);
      const chunk = chunkOf(key, chunks, (value) => ports.crypto.sha256(value));
      const known = states.get(chunk)?.hosts[key];
      return {
        id: host.id,
        name: host.name,
        address: host.address,
        site: step.site,
        version: step.version,
        state: known?.state ?? 'waiting',
        note: known?.note ?? '',
        at: known?.at ?? null,
      };
    }),
  );
}

async function loadHostStates(
  { store }: Ports,
  place: Pick<JobRecord, 'issueId' | 'environment' | 'attempt'>,
  chunks: number,
): Promise<ReadonlyMap<number, HostStatesRecord>> {
  const numbers = Array.from({ length: chunks }, (_, chunk) => chunk);
  const records = await Promise.all(
    numbers.map((chunk) => store.get('host-states', chunkKey(place, chunk))),
  );
  return new Map(records.flatMap((record, chunk) => (record ? [[chunk, record] as const] : [])));
}

async function storyOf(
  { store }: Ports,
  { state, history }: ReleaseRecord,
): Promise<readonly StoryEntry[]> {
  const newest = Array.from(
    { length: Math.min(STORY_SEGMENTS, history.segments) },
    (_, back) => history.segments - back,
  );
  const segments = await Promise.all(
    newest.map((segment) => store.get('events', segmentKey(state.issueId, segment))),
  );
  return segments.flatMap((segment) =>
    (segment?.events ?? [])
      .map((event, index) => ({
        serial: (segment?.firstSerial ?? 0) + index,
        at: segment?.at ?? 0,
        by: eventActor(event),
        text: eventText(event),
      }))
      .reverse(),
  );
}

/** A hint that costs a write only when the last one is running out. */
async function noteWatcher(ports: Ports, { inboxes }: World): Promise<void> {
  const now = ports.clock.now();
  const cooling = [...inboxes].filter(([, inbox]) => inbox.hotUntil <= now + WATCHED_SECONDS / 2);
  const changes = cooling.map(([agentId, inbox]) =>
    changeInbox(agentId, inbox, { hotUntil: now + WATCHED_SECONDS }),
  );
  await ports.store.transact(changes);
}
