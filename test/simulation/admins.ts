/** What admins and people on the machines do past the releases: drag, delete, move, set up, let agents out, work by hand. */
import { revokeAgent } from '#app/manage-agents';
import { putPolicy, putSite } from '#app/manage-settings';
import type { Policy } from '#core/policy';
import { ADMIN, PROJECT, smaller, stricter } from './cast';
import { rehoused } from './division';
import type { FakeHost } from './fake-host';
import { statusOf, TEMPLATE } from './jira-workflow';
import type { FakeIssue } from './jira-workflow';
import { isDivided } from './shares';
import type { Town } from './town';

/** A project where nothing of ours is installed. */
const ELSEWHERE = '20000';

/** Does one of these things now and then; false when it was not the time. */
export async function administer(town: Town, issue: FakeIssue): Promise<boolean> {
  const { sim, jira, hosts } = town;
  if (sim.strikes('status-dragged')) drag(town, issue);
  else if (sim.strikes('settings-changed')) await changeSettings(town);
  else if (sim.strikes('agent-revoked')) await letOut(town);
  else if (sim.strikes('issue-deleted') && jira.issues.size > 1) {
    sim.count('issue deleted');
    jira.remove(issue);
    town.events.changed(issue, 'deleted');
  } else if (sim.strikes('issue-moved')) moveAway(town, issue);
  else if (sim.strikes('host-edited')) workOn(town, sim.chance.pick(hosts));
  else return false;
  return true;
}

function drag({ sim, jira, events }: Town, issue: FakeIssue): void {
  const { status } = sim.chance.pick(TEMPLATE.statuses);
  if (status === statusOf(issue)) return;
  sim.count('status dragged');
  jira.force(issue, status, ADMIN);
  events.changed(issue, 'updated');
}

/** Into a project that knows no releases; Jira tells of it as of a change. */
function moveAway({ sim, events }: Town, issue: FakeIssue): void {
  sim.count('issue moved');
  issue.project = ELSEWHERE;
  events.changed(issue, 'updated');
}

async function changeSettings({ sim, store, functions }: Town): Promise<void> {
  sim.count('settings changed');
  if (sim.chance.happens(0.5)) {
    const { site: known } = sim.chance.pick(store.all('site'));
    const isMoved = isDivided(sim) && sim.chance.happens(0.5);
    const site = isMoved ? rehoused(known) : smaller(known);
    if (isMoved) sim.count('host moved to another room');
    await functions.invoke('settings site.put', (ports) =>
      putSite(ports, { project: PROJECT, site }),
    );
    return;
  }
  const policy: Policy | undefined = store.peek('policy', PROJECT)?.policy;
  if (!policy) return;
  await functions.invoke('settings policy.put', (ports) =>
    putPolicy(ports, { project: PROJECT, policy: stricter(policy) }),
  );
}

/** Any agent but the first of its group: somebody has to end what was begun. */
async function letOut({ sim, store, functions }: Town): Promise<void> {
  const active = store.all('agent').filter(({ state }) => state === 'active');
  const others = active.filter(
    (agent) => active.find(({ group }) => group === agent.group) !== agent,
  );
  if (others.length === 0) return;
  const { agentId } = sim.chance.pick(others);
  sim.count('agent revoked');
  await functions.invoke('settings agent.revoke', (ports) =>
    revokeAgent(ports, { project: PROJECT, agentId }),
  );
}

/** Somebody ends a process, or switches to another release that lies there. */
function workOn({ sim }: Town, host: FakeHost): void {
  if (host.lock !== null) return;
  sim.count('host edited');
  host.isEdited = true;
  host.run = null;
  const digest = sim.chance.pick([...host.releases.keys()]);
  sim.trace.note(`${host.id} is changed by hand`);
  if (sim.chance.happens(0.5)) return;
  host.current = digest;
  host.switched = null;
  host.run = { digest, job: 'by hand', since: sim.scheduler.now() };
}
