/** When all troubles are over: what must be true at rest, and how long it may take until it is. */
import { decide } from '#core/decide';
import { gateValue } from '#core/gate-field';
import { isHostStep } from '#core/plan-step';
import type { PlanStep } from '#core/plan-step';
import { STATUSES } from '#core/status';
import { PERSON_TRANSITIONS } from '#core/transitions';
import { chunkKey, hostKey } from '#app/host-chunks';
import { loadWorld } from '#app/world';
import type { ReleaseRecord } from '#wire/records';
import type { AgentMachine } from './agent-machine';
import { EDITORS, PEOPLE, PROJECT } from './cast';
import { checkAudit } from './check-audit';
import { conditionAgainst, statusIdOf, statusShown, TEMPLATE } from './jira-workflow';
import type { FakeHost } from './fake-host';
import type { FakeIssue } from './jira-workflow';
import { FUNCTIONS } from './functions';
import type { World } from './world';

/** Why the world is not at rest yet; undefined when it is. */
export async function unrest(world: World): Promise<readonly [string, string] | undefined> {
  const { store, jira, queue, events, agents } = world;
  for (const record of store.all('release')) {
    const { state, issueKey } = record;
    if (isLost(world, state.issueId)) continue;
    if (state.run && state.question === null)
      return ['I21', `Job ${state.run.job} neither ends nor asks.`];
    if (record.jira.effects.length > 0)
      return [
        'I23',
        `${issueKey} has Jira effects to do: ${JSON.stringify(record.jira.effects[0])}.`,
      ];
  }
  for (const issue of jira.issues.values()) {
    if (isLost(world, issue.id)) continue;
    const record = store.peek('release', issue.id);
    if (!record) return ['I23', `${issue.key} has no record.`];
    if (issue.statusId !== statusIdOf(record.state.status))
      return ['I23', `${issue.key} shows ${statusShown(issue)}, stored is ${record.state.status}.`];
  }
  for (const { machine, isRetired } of agents) {
    const { name, journal } = machine;
    if (isRetired() || isRevoked(world, machine)) continue;
    const [open] = await journal.openJobs();
    if (open) return ['I12', `${name} still holds job ${open.job}, fence ${open.fence}.`];
  }
  const suspended = store.all('agent').find(({ state }) => state === 'suspended');
  if (suspended) return ['I21', `${suspended.name} is suspended, and nobody has confirmed it.`];
  if (queue.pending() + events.pending() > 0) return ['I21', 'Events or tasks are on their way.'];
  return undefined;
}

/** Deleted, or moved to another project: Jira shows no release any more. */
const isLost = ({ jira }: World, issueId: string): boolean =>
  jira.issues.get(issueId)?.project !== PROJECT;

export const isRevoked = ({ store }: World, { identity }: AgentMachine): boolean =>
  store.peek('agent', identity.agent)?.state === 'revoked';

/** Everything that must hold at rest. */
export async function checkRest(world: World): Promise<void> {
  for (const record of world.store.all('release')) {
    world.history.verifyChain(record);
    await checkAudit(world, record);
  }
  for (const host of world.hosts) checkHost(world, host);
  for (const issue of world.jira.issues.values()) {
    if (isLost(world, issue.id)) continue;
    await checkFields(world, issue);
    await checkExit(world, issue);
  }
}

const addressesOf = (step: PlanStep): readonly string[] =>
  isHostStep(step) ? step.hosts.map(({ address }) => address) : [];

/** I7: a host serves one known version, or somebody was told that it does not. */
function checkHost({ sim, store, history, boots }: World, host: FakeHost): void {
  if (host.isEdited || (host.current !== null && host.run?.digest === host.current)) return;
  const acts = [...host.ledger, ...(host.intent === null ? [] : [host.intent])];
  const job = store.peek('job', acts.at(-1)?.split(' ')[1] ?? '');
  // Whoever worked on it there may have been told that the job is no longer its own.
  if (boots.wasRobbed(job?.job ?? null)) return;
  const told = history.eventsOf(job?.issueId ?? '').some((event) => {
    const tells = ['code-failed', 'not-verified', 'rollback-failed', 'outcome-unknown', 'answered'];
    // Whoever deletes an issue in the middle of its work has nobody left to tell.
    if (event.type === 'issue-gone') return true;
    return 'job' in event && event.job === job?.job && tells.includes(event.type);
  });
  const hosts = (job && store.peek('host-states', chunkKey(job, 0))?.hosts) ?? {};
  const step = store
    .plan(job?.planDigest ?? null)
    ?.steps.find((each) => each.stage === 'CODE' && addressesOf(each).includes(host.address));
  const isShownHealthy = hosts[hostKey(step?.id ?? '', host.hostId)]?.state === 'healthy';
  if (!told || isShownHealthy)
    sim.violated('I7', `${host.id} is in no known state, and nobody was told.`);
}

async function checkFields(world: World, issue: FakeIssue): Promise<void> {
  const { sim, store } = world;
  const record = store.peek('release', issue.id);
  if (!record) return;
  if (issue.environment !== record.state.environment)
    sim.violated('I23', `${issue.key} shows the environment ${issue.environment ?? 'none'}.`);
  const { facts } = await worldOf(world, record);
  const shown = Object.keys(issue.gate?.allow ?? {});
  if (shown.join() !== Object.keys(gateValue(record.state, [], facts).allow).join())
    sim.violated('I23', `The gate of ${issue.key} is open for ${shown.join(', ') || 'nothing'}.`);
  if (new Set(issue.comments).size !== issue.comments.length)
    sim.violated('I24', `${issue.key} has a comment twice.`);
}

/** Every status that is not Done has an exit that a person can take. */
async function checkExit(world: World, issue: FakeIssue): Promise<void> {
  const record = world.store.peek('release', issue.id);
  if (!record || STATUSES[record.state.status].category === 'DONE') return;
  const { facts } = await worldOf(world, record);
  if (record.state.question !== null) {
    const answers = PEOPLE.some((accountId) => {
      const person = { accountId, groupIds: [], mayEdit: false };
      const command = {
        type: 'answer',
        person,
        answer: 'not-done',
        about: { job: record.state.run?.job ?? '', isAsked: true },
        job: null,
      } as const;
      return decide(record.state, command, facts).kind === 'accepted';
    });
    if (!answers) world.sim.violated('exit', `Nobody may answer the question of ${issue.key}.`);
    return;
  }
  for (const row of PERSON_TRANSITIONS) {
    if (!row.from.includes(record.state.status)) continue;
    const shown = TEMPLATE.transitions.find(({ action }) => action === row.action);
    const takers = PEOPLE.filter((accountId) => {
      const isShown = shown && !conditionAgainst(issue, shown, { accountId, isApp: false });
      const mayEdit = EDITORS.some((editor) => editor === accountId);
      const person = { accountId, groupIds: [], mayEdit };
      const command = { type: 'click', action: row.action, person, reason: 'because' } as const;
      return isShown === true && decide(record.state, command, facts).kind === 'accepted';
    });
    const question = { issueKey: issue.key, action: row.action, reason: 'because' };
    if (takers.length > 0 && (await FUNCTIONS.validate(world.functions, question)).allowed) return;
  }
  world.sim.violated(
    'exit',
    `${issue.key} stands in ${record.state.status}, and nobody can leave it.`,
  );
}

async function worldOf({ functions }: World, record: ReleaseRecord) {
  const end = await functions.invoke('a look', (ports) => loadWorld(ports, record));
  if (end.kind !== 'answered') throw new Error('The store failed in calm weather.');
  return end.answer;
}
