/** The whole product as processes: Local Jira with its rude defaults, OpenSSH hosts, databases, an agent. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrollAgent, runAgent } from '../../../demo/agent';
import { writeAgentFile } from '../../../demo/agent-file';
import type { AgentDatabase, HostAccess } from '../../../demo/agent-file';
import { draftRelease, submitRelease } from '../../../demo/releases';
import type { WrittenRelease } from '../../../demo/release-content';
import { jiraAs } from '../../../demo/jira-client';
import type { JiraClient } from '../../../demo/jira-client';
import { startLocalJira } from '../../../demo/local-jira';
import type { LocalJira } from '../../../demo/local-jira';
import type { Program } from '../../../demo/program';
import { makeSamplePackages } from '../../../demo/sample-package';
import type { SamplePackage } from '../../../demo/sample-package';
import { stopService } from '../../../demo/service';
import { provideProject, putPolicy, putShop, showSettings } from '../../../demo/set-up';
import type { DemoHost, DemoPlace } from '../../../demo/set-up';
import { buildProgram } from '../../support/build-program';
import { freePort } from '../../support/free-port';
import { startOpenSsh } from './openssh';
import type { OpenSsh } from './openssh';

export const ROOT = join(__dirname, '../../..');

export interface Stand {
  readonly directory: string;
  /** Local Jira that runs now. */
  jira(): LocalJira;
  /** Kills Local Jira as it is, and starts it again on what it had stored. */
  killJira(): Promise<void>;
  /** Starts Local Jira again after its program has ended. */
  startJira(): Promise<void>;
  /** The first host. */
  readonly ssh: OpenSsh;
  readonly host: StandHost;
  readonly hosts: readonly StandHost[];
  /** Version → package; the last one never gets healthy. */
  readonly packages: Readonly<Record<string, SamplePackage>>;
  /** agent.yml of the stand's agent. */
  readonly config: string;
  /** The agent as one file: it starts in a third of the time that its sources take. */
  readonly agentProgram: string;
  as(person: string): JiraClient;
  /** The agent that runs now. */
  agent(): Program;
  /** What the agents have printed. */
  agentLines(): readonly string[];
  /** `environment`: variables of the agent's process besides the test's own. */
  startAgent(environment?: Readonly<Record<string, string>>): Program;
  /** Turns Local Jira's knobs. */
  turn(knobs: unknown): Promise<void>;
  /** Writes a release for a version and submits it; answers its key once it is ready. */
  ready(version: string): Promise<string>;
  /** The same for a release with any content. */
  readyWith(summary: string, content: WrittenRelease): Promise<string>;
  /** A version of the shop as a release names it. */
  code(version: string): { site: string; version: string; artifactSha256: string };
  /** What the panel shows. */
  panel(key: string): Promise<PanelView>;
  /** The version that the first host serves; undefined when it serves none. */
  served(): Promise<string | undefined>;
  /** The versions that all hosts serve in an environment. */
  servedIn(environment: string): Promise<readonly (string | undefined)[]>;
  stop(): Promise<void>;
}

/** A host and where the shop lives on it in SIT. */
export interface StandHost extends DemoHost {
  readonly ssh: OpenSsh;
  readonly servicePort: number;
  readonly basePath: string;
}

export interface StandShape {
  readonly hosts: number;
  readonly environments: readonly string[];
  readonly databases: readonly AgentDatabase[];
  /** The agent's, where they are not the standard ones. */
  readonly limits: Readonly<Record<string, number>>;
}

const SMALL: StandShape = { hosts: 1, environments: ['SIT'], databases: [], limits: {} };

export interface PanelView {
  readonly status: string;
  readonly environment: string | null;
  readonly now: string;
  readonly question: string | null;
  readonly failure: {
    readonly class: string;
    readonly sentence: string;
    readonly stage: string;
  } | null;
  readonly scripts: readonly {
    readonly id: string;
    readonly state: string;
    readonly note: string;
  }[];
  readonly hosts: readonly { readonly id: string; readonly state: string; readonly note: string }[];
  readonly story: readonly { readonly text: string; readonly by: string | null }[];
}

const HEALTH_SECONDS = 6;

/** Of Local Jira's output, where a test fails because of it. */
const LINES_SHOWN = 20;

/** Starts everything; the agent is enrolled, confirmed and running. */
export async function startStand(seed: string, shape: Partial<StandShape> = {}): Promise<Stand> {
  const { hosts: hostCount, environments, databases, limits } = { ...SMALL, ...shape };
  const directory = mkdtempSync(join(tmpdir(), 'interlock-stand-'));
  const port = await freePort();
  const jiraLines: string[] = [];
  const launch = (): Promise<LocalJira> =>
    startLocalJira({
      root: ROOT,
      port,
      stateDirectory: join(directory, 'jira'),
      seed,
      onLine: (line) => jiraLines.push(line),
    });
  const agentProgram = join(directory, 'agent.cjs');
  const building = buildProgram('test/scenarios/support/agent-program.ts', agentProgram);
  let jira = await launch();
  await building;
  const places = await placesOf(environments, hostCount === 1 ? directory : '');
  const hosts: StandHost[] = [];
  for (let number = 1; number <= hostCount; number += 1)
    hosts.push(await startHost(directory, number, hostCount, places));
  const [first] = hosts;
  if (!first) throw new Error('A stand has a host.');
  const packages = await makeSamplePackages(join(directory, 'packages'));

  await provideProject(jira.siteUrl);
  const { agentUrl } = await showSettings(jiraAs(jira.siteUrl, 'admin'));
  const config = writeAgentFile({
    directory: join(directory, 'agent'),
    url: agentUrl,
    hosts,
    places,
    packages: join(directory, 'packages'),
    databases,
    centre: join(directory, 'centre'),
    access: accessOf(directory, hosts),
    healthSeconds: HEALTH_SECONDS,
    limits,
  });
  await putPolicy(jira.siteUrl);
  const described = hosts.map(({ id, address, sshPort }) => ({ id, address, sshPort }));
  await putShop(jira.siteUrl, described, places);
  await enrollAgent(jira.siteUrl, config, environments, agentProgram);

  const agentLines: string[] = [];
  const startAgent = (environment: Readonly<Record<string, string>> = {}): Program =>
    runAgent(config, (line) => agentLines.push(line), environment, agentProgram);
  let agent = startAgent();
  const as = (person: string): JiraClient => jiraAs(jira.siteUrl, person);
  const code = (version: string) => {
    const made = packages.find((candidate) => candidate.version === version);
    if (!made) throw new Error(`There is no package ${version}.`);
    return { site: 'shop', version, artifactSha256: made.sha256 };
  };
  const readyWith = async (summary: string, content: WrittenRelease): Promise<string> => {
    const key = await draftRelease(jira.siteUrl, summary, content);
    await submitRelease(jira.siteUrl, key);
    return key;
  };

  return {
    directory,
    jira: () => jira,
    killJira: async () => {
      const gone = once(jira.program.process, 'exit');
      jira.program.process.kill('SIGKILL');
      await gone;
      jira = await launch();
    },
    startJira: async () => {
      jira = await launch();
    },
    ssh: first.ssh,
    host: first,
    hosts,
    packages: Object.fromEntries(packages.map((made) => [made.version, made])),
    config,
    agentProgram,
    as,
    agent: () => agent,
    agentLines: () => agentLines,
    startAgent: (environment) => {
      agent = startAgent(environment);
      return agent;
    },
    turn: async (knobs) => {
      await as('admin').request('POST', '/local/knobs', knobs);
    },
    ready: (version) => readyWith(`Shop ${version}`, { code: [code(version)] }),
    readyWith,
    code,
    panel: async (key) => {
      const view = await as('leader')
        .invoke({ module: 'release-panel', name: 'release.show', issueKey: key })
        .catch((error: unknown) => {
          // A page says no more than that something went wrong: why stands in the function's log.
          const lines = jiraLines.slice(-LINES_SHOWN).join('\n');
          throw new Error(`${String(error)} Local Jira's last lines:\n${lines}`);
        });
      // The panel's own shape; the page's tests hold it to its schema.
      return view as PanelView;
    },
    served: () => servedBy(first.address, first.servicePort),
    servedIn: (environment) => {
      const place = places.find((candidate) => candidate.environment === environment);
      return Promise.all(hosts.map(({ address }) => servedBy(address, place?.servicePort ?? 0)));
    },
    stop: async () => {
      await agent.stop();
      await jira.program.stop();
      for (const { ssh, id } of hosts) {
        await ssh.stop();
        const root = hostCount === 1 ? '' : join(directory, id);
        for (const { basePath } of places) await stopService(`${root}${basePath}`);
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A directory and a port per environment; the directory is one of the hosts' own where they have a root. */
async function placesOf(
  environments: readonly string[],
  root: string,
): Promise<readonly DemoPlace[]> {
  const places: DemoPlace[] = [];
  for (const environment of environments) {
    const basePath = `${root}/srv/${environment.toLowerCase()}/shop`;
    places.push({ environment, basePath, servicePort: await freePort() });
  }
  return places;
}

/** The only host is this machine; several have a loopback address and a root directory each. */
async function startHost(
  directory: string,
  number: number,
  hostCount: number,
  places: readonly DemoPlace[],
): Promise<StandHost> {
  const id = `web-${String(number)}`;
  const isAlone = hostCount === 1;
  const address = isAlone ? '127.0.0.1' : `127.0.0.${String(number + 1)}`;
  const root = isAlone ? '' : join(directory, id);
  const ssh = await startOpenSsh(join(directory, `sshd-${id}`), { address, root });
  for (const { basePath } of places) mkdirSync(`${root}${basePath}`, { recursive: true });
  const [{ servicePort, basePath } = { servicePort: 0, basePath: '' }] = places;
  return { id, address, sshPort: ssh.port, ssh, servicePort, basePath: `${root}${basePath}` };
}

/** One key opens all hosts; one file holds the keys that they show. */
function accessOf(directory: string, hosts: readonly StandHost[]): HostAccess {
  const [first, ...others] = hosts;
  if (!first) throw new Error('A stand has a host.');
  const { user, key, knownHosts } = first.ssh;
  if (others.length === 0) return { user, key, knownHosts };
  const all = join(directory, 'known_hosts');
  writeFileSync(all, hosts.map(({ ssh }) => readFileSync(ssh.knownHosts, 'utf8')).join(''));
  for (const { ssh } of others) ssh.alsoOpenFor(`${key}.pub`);
  return { user, key, knownHosts: all };
}

async function servedBy(address: string, servicePort: number): Promise<string | undefined> {
  try {
    const answer = await fetch(`http://${address}:${String(servicePort)}/version`);
    const body: unknown = await answer.json();
    return typeof body === 'object' && body !== null && 'version' in body
      ? String(body.version)
      : undefined;
  } catch {
    return undefined;
  }
}
