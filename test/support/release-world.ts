/** A project with everything set up through the front doors, and one release to walk with. */
import { applyTransition } from '#app/apply-transition';
import { editContent } from '#app/edit-content';
import { installWorkflow } from '#app/install-workflow';
import type { Installer } from '#app/installer-port';
import { approveAgent, createEnrollment } from '#app/manage-agents';
import { putPolicy, putSite } from '#app/manage-settings';
import { reconcile } from '#app/reconcile';
import type { Content } from '#core/content';
import type { Policy } from '#core/policy';
import type { Reach } from '#core/reach';
import type { Site } from '#core/site';
import type { ClaimAnswer, EnrollAnswer, FinishOutcome, ReportEntry } from '#wire/agent';
import type { ReleaseRecord } from '#wire/records';
import { createCaller, makeKeys } from './agent-caller';
import type { AgentCaller } from './agent-caller';
import { aContent, aPolicy, aSite, REPORTER } from './builders';
import { jiraStatusId, REASON_FIELD, RELEASE_TYPE } from './memory-jira';
import type { Clicked, MemoryIssue } from './memory-jira';
import { createMemoryPorts } from './memory-ports';
import type { MemoryPorts } from './memory-ports';
import type { MemoryStoreParts } from './memory-store';

export const PROJECT = '10000';

/** A Jira admin's Jira, as small as the installer can be shown on. */
export const tinyInstaller = (over: Partial<Installer> = {}): Installer => ({
  provideIssueType: async () => RELEASE_TYPE,
  provideReasonField: async () => REASON_FIELD,
  provideReasonScreen: async () => 'screen-1',
  createWorkflow: async ({ template }) => ({
    id: 'workflow-1',
    statusIds: Object.fromEntries(
      template.statuses.map(({ status, name }) => [name, jiraStatusId(status)]),
    ),
  }),
  showFields: async () => undefined,
  providePermissions: async () => undefined,
  useWorkflow: async () => undefined,
  pinPanel: async () => undefined,
  workflowDrift: async () => null,
  ...over,
});

export interface ReleaseWorld {
  readonly ports: MemoryPorts;
  readonly issue: MemoryIssue;
  readonly agent: AgentCaller;
  /** The stored record of the release. */
  record(): Promise<ReleaseRecord>;
  /** Clicks, lets the post-function run, and does what is queued. */
  click(action: string, by: string, reason?: string): Promise<Clicked>;
  /** Clicks, and nothing else: the post-function is the test's. */
  clickOnly(action: string, by: string, reason?: string): ReturnType<ReleaseWorld['click']>;
  /** The job that waits in the agent's inbox, claimed. */
  claim(requestId?: string, agent?: AgentCaller): Promise<ClaimAnswer>;
  finish(claim: ClaimAnswer, outcome: FinishOutcome): Promise<number>;
  /** What the agent says of its work; the next message follows on. */
  report(claim: ClaimAnswer, entries: readonly Told[]): Promise<ClaimAnswer>;
  /** Claims the waiting job and ends it well. */
  succeed(): Promise<void>;
  enrollAgent(environments?: readonly string[], more?: EnrolledFor): Promise<AgentCaller>;
  /** Another release of the same project, with a content of its own. */
  another(content: Content): Promise<ReleaseWorld>;
}

/** An entry of a report; what it leaves out is as usual. */
type Told = Pick<ReportEntry, 'step' | 'host' | 'state'> & Partial<ReportEntry>;

interface WorldParts extends MemoryStoreParts {
  readonly policy?: Policy;
  readonly sites?: readonly Site[];
  readonly content?: Content | null;
  /** What the content names. */
  readonly texts?: readonly string[];
}

export async function aReleaseWorld(parts: WorldParts = {}): Promise<ReleaseWorld> {
  const { policy = aPolicy(), sites = [aSite()], content = aContent(), texts = [] } = parts;
  const ports = createMemoryPorts(parts);
  await mustBeDone(installWorkflow(ports, tinyInstaller(), PROJECT));
  // First the sites: a policy may leave out an environment that a site lives in, as when it is taken out later.
  for (const site of sites) await mustBeDone(putSite(ports, { project: PROJECT, site }));
  await mustBeDone(putPolicy(ports, { project: PROJECT, policy }));
  const agent = await enrollAgent(ports);
  for (const text of texts) await ports.memory.putText(text);
  return aRelease(ports, agent, content);
}

async function aRelease(
  ports: MemoryPorts,
  agent: AgentCaller,
  content: Content | null,
): Promise<ReleaseWorld> {
  const issue = ports.jira.addIssue();
  await reconcile(ports, issue.id);
  if (content !== null) {
    await mustBeDone(editContent(ports, { issueId: issue.id, accountId: REPORTER, content }));
  }
  await ports.drain();

  const world: ReleaseWorld = {
    ports,
    issue,
    agent,
    record: async () => {
      const record = await ports.memory.get('release', issue.id);
      if (!record) throw new Error('There is no record of the release.');
      return record;
    },
    clickOnly: (action, by, reason) => ports.jira.clickOn(issue, action, by, reason),
    click: async (action, by, reason) => {
      const clicked = await world.clickOnly(action, by, reason);
      if (clicked.kind === 'moved') await applyTransition(ports, clicked.click);
      await ports.drain();
      return clicked;
    },
    claim: async (requestId = 'request-1', caller = agent) => {
      const inbox = await ports.memory.get('inbox', caller.agentId);
      const job = inbox?.jobs[0];
      if (job === undefined) throw new Error('No job waits for the agent.');
      const answer = await caller.call({ op: 'claim', job, data: { requestId } });
      if (answer.status !== 200) throw new Error(`Claim: ${JSON.stringify(answer)}`);
      return answer.body as ClaimAnswer;
    },
    finish: async ({ job, fence, lastSeq }, outcome) => {
      const answer = await agent.call({
        op: 'finish',
        job,
        fence,
        seq: lastSeq + 1,
        data: { outcome },
      });
      await ports.drain();
      return answer.status;
    },
    report: async (claim, entries) => {
      const { job, fence, lastSeq } = claim;
      const usual = { at: ports.clock.now(), note: '', milliseconds: 5 };
      const answer = await agent.call({
        op: 'report',
        job,
        fence,
        seq: lastSeq + 1,
        data: { entries: entries.map((entry) => ({ ...usual, ...entry })) },
      });
      if (answer.status !== 200) throw new Error(`Report: ${JSON.stringify(answer)}`);
      return { ...claim, lastSeq: lastSeq + 1 };
    },
    succeed: async () => {
      const status = await world.finish(await world.claim(), { kind: 'succeeded' });
      if (status !== 200) throw new Error(`Finish was answered ${status}.`);
    },
    enrollAgent: (environments, more) => enrollAgent(ports, environments, more),
    another: (other) => aRelease(ports, agent, other),
  };
  return world;
}

interface EnrolledFor extends Omit<Reach, 'environments'> {
  readonly name?: string;
}

/** An agent that an admin has let in. */
export async function enrollAgent(
  ports: MemoryPorts,
  environments: readonly string[] = ['SIT', 'STAGE'],
  more: EnrolledFor = {},
): Promise<AgentCaller> {
  const { code } = await createEnrollment(ports, {
    project: PROJECT,
    name: 'Room 1',
    environments,
    ...more,
  });
  const caller = createCaller(ports, makeKeys());
  const answer = await caller.call({
    op: 'enroll',
    agent: '-',
    data: { code, name: 'room1', publicKey: caller.keys.publicKey },
  });
  if (answer.status !== 200) throw new Error(`Enroll: ${JSON.stringify(answer)}`);
  const { agent, fingerprint } = answer.body as EnrollAnswer;
  await mustBeDone(approveAgent(ports, { project: PROJECT, agentId: agent, fingerprint }));
  return caller;
}

async function mustBeDone(outcome: Promise<{ readonly kind: string }>): Promise<void> {
  const result = await outcome;
  if (result.kind !== 'done') throw new Error(JSON.stringify(result));
}
