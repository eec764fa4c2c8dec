/** Everything the panel of a release needs, in one answer. */
import { answersTo, attendanceOf } from '#core/attendance';
import { nowSentence } from '#core/now';
import { refuseReview } from '#core/permissions';
import { sentenceOf } from '#core/refusal';
import { claimText, eventActor, eventText } from '#core/story';
import type { EnvironmentView, ReleaseView, StoryEntry } from '#wire/page';
import type { JobRecord, ReleaseRecord } from '#wire/records';
import { attendanceIn } from './abandoned';
import { segmentKey } from './commit';
import { contentMark } from './content-mark';
import { editRefusal, mayEditContent } from './edit-content';
import { ensureRelease } from './ensure-release';
import { viewMark } from './glance-release';
import { inviteAgents } from './invite-agents';
import { changeInbox } from './offer-job';
import { otherWorkOf } from './other-work';
import { placesOf } from './ports';
import type { Ports } from './ports';
import { readStates } from './read-states';
import { reconcile } from './reconcile';
import { refreshGate } from './refresh-gate';
import { stagesOf } from './show-stages';
import { configOf, hostsOf, scriptsOf } from './show-work';
import { loadWorld } from './world';
import type { World } from './world';

/** Segments of the story in one answer: the newest. A walk to the last environment with its approvals has about 40. */
const STORY_SEGMENTS = 100;

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
  await attempt(ports, 'offer the work to new agents', () => inviteAgents(ports, job, world));
  const now = ports.clock.now();
  const states = await readStates(ports, release, job);
  const otherWork = await otherWorkOf(ports, job, world);
  const attendance = attendanceOf(attendanceIn(job, now), world.facts, otherWork);
  const answers = answersTo(release.question, attendance);
  const person = { accountId: input.accountId, groupIds: [], mayEdit: false };
  return {
    kind: 'release',
    mark: viewMark(record, job, now),
    issueKey: record.issueKey,
    status: release.status,
    environment: release.environment,
    attempt: release.attempt,
    now: nowSentence(release, world.facts, attendance),
    failure: release.failure,
    question: release.question,
    answerable: answers.length > 0,
    answers,
    asksStatement: release.question !== null && release.asksStatement,
    about: release.run && { job: release.run.job, isAsked: release.question !== null },
    environments: environmentsOf(record, world),
    hosts: hostsOf(states),
    stages: stagesOf(release, states?.plan),
    scripts: scriptsOf(release, states),
    config: configOf(release, states),
    mayReview: refuseReview(person, release, world.facts) === undefined,
    content: release.content,
    contentMark: contentMark(ports, release),
    editRefused: editRefusal(release.status) ?? (await strangerRefusal(ports, record, input)),
    story: [...claimStory(record, job), ...(await storyOf(ports, record))],
  };
}

/** Said before somebody writes in vain; where Jira does not answer, the save asks again. */
async function strangerRefusal(
  ports: Ports,
  record: ReleaseRecord,
  { accountId }: { readonly accountId: string },
): Promise<string | null> {
  try {
    return await mayEditContent(ports, record, accountId);
  } catch (error) {
    ports.log.warn('Jira did not say who may edit.', { error: String(error) });
    return null;
  }
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

/** Who has the job by now; its end makes this a part of the history. The latest first. */
const claimStory = (
  { history }: ReleaseRecord,
  job: JobRecord | undefined,
): readonly StoryEntry[] =>
  (job && job.status !== 'finished' ? (job.claims ?? []) : [])
    .map((claim, index) => ({
      serial: history.events + 1 + index,
      at: claim.at,
      by: null,
      text: claimText({ ...claim, job: job?.job ?? '' }),
    }))
    .reverse();

async function storyOf(
  { store }: Ports,
  { state, history }: ReleaseRecord,
): Promise<readonly StoryEntry[]> {
  const newest = Array.from(
    { length: Math.min(STORY_SEGMENTS, history.segments) },
    (_, back) => history.segments - back,
  );
  const keys = newest.map((segment) => segmentKey(state.issueId, segment));
  const found = await store.getMany(placesOf('events', keys));
  const segments = keys.map((key) => found.get('events', key));
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
