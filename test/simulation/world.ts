/** One simulated site: the real app and the real agents, joined by fakes. */
import { DEFAULT_POLICY } from '#core/policy';
import type { Site } from '#core/site';
import { installWorkflow } from '#app/install-workflow';
import type { Installer } from '#app/installer-port';
import { putPolicy, putSite } from '#app/manage-settings';
import type { Ports } from '#app/ports';
import type { JobRef } from '../../agent/ports/app';
import { cryptoFor } from './agent-keys';
import { createAgentRunner } from './agent-machine';
import type { AgentMachine, AgentRunner } from './agent-machine';
import { createAttacker, pinnedKey } from './attacker';
import { enrollMachine } from './enroll-machine';
import { DEV, drawPolicy, drawSite, EDITORS, PROJECT } from './cast';
import { createClickLedger } from './click-ledger';
import { divide, drawAgents, drawGroups } from './division';
import { createDeeds } from './deeds';
import type { Deeds } from './deeds';
import { servingHost } from './fake-host';
import type { FakeHost } from './fake-host';
import { hostsFor } from './fake-hosts';
import { createFakeCentre } from './fake-centre';
import { createFakeDatabases } from './fake-databases';
import { createFakeJira } from './fake-jira';
import { ISSUE_TYPE, REASON_FIELD, statusIdOf, TEMPLATE } from './jira-workflow';
import type { FakeJira } from './fake-jira';
import { createFakeQueue } from './fake-queue';
import type { FakeQueue } from './fake-queue';
import { createFakeStore } from './fake-store';
import type { FakeStore } from './fake-store';
import { createFunctions, must, mustDo } from './functions';
import type { Functions } from './functions';
import { createJiraEvents } from './jira-events';
import type { JiraEvents } from './jira-events';
import { isForeseen } from './failures';
import { exchangeFor } from './network';
import type { Wiretap } from './network';
import { FIRST_PACKAGE, OLD_PACKAGE } from './packages';
import type { FakePackage } from './packages';
import type { Life } from './scheduler';
import { isDivided } from './shares';
import type { Sim } from './sim';
import { watchBoots, withoutFalseEnds } from './watch-boots';
import type { BootWatch } from './watch-boots';
import { watchDatabases } from './watch-databases';
import { watchEffects } from './watch-effects';
import { watchHistory } from './watch-history';
import type { HistoryWatch } from './watch-history';
import { watchHosts } from './watch-hosts';
import { watchJobs } from './watch-jobs';
import { watchKeys } from './watch-keys';
import type { KeyWatch } from './watch-keys';
import { watchLogs } from './watch-logs';
import type { LogWatch } from './watch-logs';
import { watchOrder } from './watch-order';
import { watchQuestions } from './watch-questions';
import { watchReach } from './watch-reach';
import type { ReachWatch } from './watch-reach';
import { together } from './wire-watch';

export interface World {
  readonly sim: Sim;
  readonly store: FakeStore;
  readonly functions: Functions;
  readonly jira: FakeJira;
  readonly events: JiraEvents;
  readonly queue: FakeQueue;
  readonly history: HistoryWatch;
  readonly deeds: Deeds;
  readonly hosts: readonly FakeHost[];
  readonly agents: readonly AgentRunner[];
  readonly keys: KeyWatch;
  readonly boots: BootWatch;
  readonly logs: LogWatch;
  readonly reach: ReachWatch;
  readonly tap: Wiretap;
}

const AUDIENCE = 'ari:cloud:ecosystem::installation/1';

/** Builds the site and sets it up in calm weather, through the use cases that its pages call. */
export async function createWorld(sim: Sim): Promise<World> {
  const store = createFakeStore(sim);
  const clicks = createClickLedger(sim, store);
  const history = watchHistory(sim, store, clicks);
  const crypto = cryptoFor(sim, pinnedKey(sim));
  const portsOf = (life: Life): Ports => ({
    store: store.port(life),
    jira: jira.port(life),
    queue: queue.port(life),
    crypto,
    clock: { now: () => Math.floor(sim.scheduler.now() / 1_000) },
    log: {
      info: () => undefined,
      warn: (message, facts) => {
        const error = facts?.['error'];
        if (error !== undefined && !isForeseen(error))
          sim.violated('exception', `${message} ${JSON.stringify(error)}`);
      },
    },
    triggers: { agentUrl: () => Promise.resolve('https://example.atlassian.net/x/agent') },
    audience: AUDIENCE,
  });
  const functions = createFunctions(sim, portsOf);
  const jira = createFakeJira(sim, functions, clicks);
  const queue = createFakeQueue(sim, functions);
  const events = createJiraEvents(sim, functions);
  const sites = await setUpProject(sim, functions);
  const hosts = sites.flatMap(hostsOf);

  watchQuestions(sim, store);
  const boots = watchBoots(sim, store);
  const believed = withoutFalseEnds(store, boots);
  const stages = watchOrder(sim, believed, history, hosts, boots);
  const hostWatch = watchHosts(sim, believed, history, hosts, stages);
  const jobWatch = watchJobs(sim, store);
  const effects = watchEffects(sim, store);
  const idOf = (life: Life): string =>
    machines.find((machine) => isOf(machine, life))?.identity.agent ?? '';
  const reach = watchReach(
    sim,
    store,
    (agentId) => machines.find(({ identity }) => identity.agent === agentId),
    (site) => sites.find(({ id }) => id === site)?.group,
  );
  const meansSoon = (life: Life) => (ref: JobRef, what: string) => {
    reach.means(idOf(life), ref.job, what);
    // Whoever has just thawed looked before it froze.
    const isThawed = life.frozenUntil + THAWED_MILLISECONDS > sim.scheduler.now();
    const isBlind =
      isThawed || agents.some((agent) => isOf(agent.machine, life) && agent.clocksLie());
    effects.means(idOf(life), ref, what, isBlind ? 'clocks-lie' : 'soon');
  };
  const deeds = createDeeds();
  const databaseWatch = watchDatabases(sim, believed, history);
  const databases = createFakeDatabases(sim, (life) => ({
    ...databaseWatch,
    ends: (row, environment, hasHappened) => {
      if (hasHappened) deeds.ran(row);
      databaseWatch.ends(row, environment, hasHappened);
    },
    means: (row) => meansSoon(life)(row, `A statement of ${row.script}`),
  }));
  const centre = createFakeCentre(sim, believed, (life) => ({
    means: meansSoon(life),
    wrote: deeds.wrote,
  }));
  const attacker = createAttacker(sim, store);
  const tap: Wiretap = { heard: undefined, heardLog: undefined };
  const keys = watchKeys(sim, store);
  const logs = watchLogs(sim, store);
  const watch = together([jobWatch, keys, logs, boots]);
  const exchange = (life: Life) =>
    exchangeFor(sim, life, { functions, attacker, keys, watch, tap });

  const machines: AgentMachine[] = [];
  for (const agent of drawAgents(sim, sites)) {
    machines.push(await enrollMachine(sim, functions, agent, exchange));
  }
  const agents = machines.map((machine) =>
    createAgentRunner(sim, machine, {
      hosts,
      connectHosts: (life) =>
        hostsFor(sim, life, hosts, {
          ends: hostWatch.ends,
          begins: (host, act, order) => {
            reach.means(machine.identity.agent, order.job, `${act} on ${host.id}`);
            hostWatch.begins(host, act, order);
          },
          connects: (host) => reach.connects(machine.identity.agent, host),
        }),
      exchange,
      databases,
      centres: centre.reach,
      means: (ref, what, precision) => effects.means(machine.identity.agent, ref, what, precision),
    }),
  );
  for (const account of EDITORS) jira.editors.add(account);
  for (let issue = 1; issue <= sim.chance.between(1, 2); issue += 1) {
    const id = `1010${issue}`;
    const made = { id, key: `REL-${issue}`, project: PROJECT, issueTypeId: ISSUE_TYPE };
    events.changed(jira.make({ ...made, reporter: DEV }), 'created');
  }
  return {
    ...{ sim, store, functions, jira, events, queue, history, deeds, hosts, agents },
    ...{ keys, boots, logs, reach, tap },
  };
}

/** For so long after a freeze a word may still be sent that was due before it. */
const THAWED_MILLISECONDS = 120_000;

const isOf = (machine: AgentMachine, life: Life): boolean =>
  life.name.startsWith(`${machine.name}.`);

const INSTALLER: Installer = {
  provideIssueType: () => Promise.resolve(ISSUE_TYPE),
  provideReasonField: () => Promise.resolve(REASON_FIELD),
  provideReasonScreen: () => Promise.resolve('1'),
  createWorkflow: () =>
    Promise.resolve({
      id: 'workflow-1',
      statusIds: Object.fromEntries(
        TEMPLATE.statuses.map(({ name, status }) => [name, statusIdOf(status)]),
      ),
    }),
  showFields: () => Promise.resolve(),
  providePermissions: () => Promise.resolve(),
  useWorkflow: () => Promise.resolve(),
  pinPanel: () => Promise.resolve(),
  workflowDrift: () => Promise.resolve(null),
};

async function setUpProject(sim: Sim, functions: Functions): Promise<readonly Site[]> {
  const policy = { ...DEFAULT_POLICY, ...drawPolicy(sim.chance) };
  const drawn = ['shop', 'cart']
    .slice(0, isDivided(sim) ? 2 : sim.chance.between(1, 2))
    .map((id, index) => drawSite(sim.chance, policy, id, index + 1));
  const sites = isDivided(sim) ? divide(sim, drawn) : drawn;
  const groups = isDivided(sim) ? drawGroups(sim, sites) : {};
  await must(functions, 'settings workflow.install', (ports) =>
    installWorkflow(ports, INSTALLER, PROJECT),
  );
  await mustDo(functions, 'settings policy.put', (ports) =>
    putPolicy(ports, { project: PROJECT, policy: { ...policy, ...groups } }),
  );
  for (const site of sites) {
    await mustDo(functions, 'settings site.put', (ports) =>
      putSite(ports, { project: PROJECT, site }),
    );
  }
  return sites;
}

const hostsOf = (site: Site): readonly FakeHost[] =>
  Object.values(site.environments).flatMap(({ hosts }) =>
    hosts.map((host) => servingHost(host, installed(FIRST_PACKAGE), installed(OLD_PACKAGE))),
  );

const installed = ({ sha256, version }: FakePackage) => ({ digest: sha256, version });
