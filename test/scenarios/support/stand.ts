/** The whole product as processes: Local Jira with its rude defaults, an OpenSSH host, an agent. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrollAgent, runAgent } from '../../../demo/agent';
import { writeAgentFile } from '../../../demo/agent-file';
import { click, createRelease, untilStatus } from '../../../demo/issues';
import { jiraAs } from '../../../demo/jira-client';
import type { JiraClient } from '../../../demo/jira-client';
import { startLocalJira } from '../../../demo/local-jira';
import type { LocalJira } from '../../../demo/local-jira';
import type { Program } from '../../../demo/program';
import { makeSamplePackages } from '../../../demo/sample-package';
import type { SamplePackage } from '../../../demo/sample-package';
import { stopService } from '../../../demo/service';
import { PROJECT, provideProject, putPolicy, putShop, showSettings } from '../../../demo/set-up';
import type { DemoHost } from '../../../demo/set-up';
import { freePort, startOpenSsh } from './openssh';
import type { OpenSsh } from './openssh';

export const ROOT = join(__dirname, '../../..');

export interface Stand {
  readonly directory: string;
  /** Local Jira that runs now. */
  jira(): LocalJira;
  /** Kills Local Jira as it is, and starts it again on what it had stored. */
  killJira(): Promise<void>;
  readonly ssh: OpenSsh;
  readonly host: DemoHost;
  /** Version → package; the last one never gets healthy. */
  readonly packages: Readonly<Record<string, SamplePackage>>;
  /** agent.yml of the stand's agent. */
  readonly config: string;
  as(person: string): JiraClient;
  /** The agent that runs now. */
  agent(): Program;
  /** What the agents have printed. */
  agentLines(): readonly string[];
  startAgent(): Program;
  /** Turns Local Jira's knobs. */
  turn(knobs: unknown): Promise<void>;
  /** Writes a release for a version and submits it; answers its key once it is ready. */
  ready(version: string): Promise<string>;
  /** What the panel shows. */
  panel(key: string): Promise<PanelView>;
  /** The version that the host serves; undefined when it serves none. */
  served(): Promise<string | undefined>;
  stop(): Promise<void>;
}

export interface PanelView {
  readonly status: string;
  readonly now: string;
  readonly question: string | null;
  readonly failure: { readonly class: string; readonly sentence: string } | null;
  readonly hosts: readonly { readonly id: string; readonly state: string; readonly note: string }[];
  readonly story: readonly { readonly text: string; readonly by: string | null }[];
}

const HEALTH_SECONDS = 6;

/** Starts everything; the agent is enrolled, confirmed and running. */
export async function startStand(seed: string): Promise<Stand> {
  const directory = mkdtempSync(join(tmpdir(), 'interlock-stand-'));
  const port = await freePort();
  const launch = (): Promise<LocalJira> =>
    startLocalJira({
      root: ROOT,
      port,
      stateDirectory: join(directory, 'jira'),
      seed,
    });
  let jira = await launch();
  const ssh = await startOpenSsh(join(directory, 'sshd'));
  const host: DemoHost = {
    id: 'web-1',
    address: '127.0.0.1',
    sshPort: ssh.port,
    servicePort: await freePort(),
    basePath: join(directory, 'srv/shop'),
  };
  mkdirSync(host.basePath, { recursive: true });
  const packages = await makeSamplePackages(join(directory, 'packages'));

  await provideProject(jira.siteUrl);
  const { agentUrl } = await showSettings(jiraAs(jira.siteUrl, 'admin'));
  const config = writeAgentFile({
    directory: join(directory, 'agent'),
    url: agentUrl,
    hosts: [host],
    packages: join(directory, 'packages'),
    access: { user: ssh.user, key: ssh.key, knownHosts: ssh.knownHosts },
    healthSeconds: HEALTH_SECONDS,
  });
  await putPolicy(jira.siteUrl);
  await putShop(jira.siteUrl, [host]);
  await enrollAgent(jira.siteUrl, config);

  const agentLines: string[] = [];
  const startAgent = (): Program => runAgent(config, (line) => agentLines.push(line));
  let agent = startAgent();
  const as = (person: string): JiraClient => jiraAs(jira.siteUrl, person);

  return {
    directory,
    jira: () => jira,
    killJira: async () => {
      const gone = once(jira.program.process, 'exit');
      jira.program.process.kill('SIGKILL');
      await gone;
      jira = await launch();
    },
    ssh,
    host,
    packages: Object.fromEntries(packages.map((made) => [made.version, made])),
    config,
    as,
    agent: () => agent,
    agentLines: () => agentLines,
    startAgent: () => {
      agent = startAgent();
      return agent;
    },
    turn: async (knobs) => {
      await as('admin').request('POST', '/local/knobs', knobs);
    },
    ready: (version) => ready(as('dev'), version, packages),
    panel: async (key) =>
      // The panel's own shape; the page's tests hold it to its schema.
      (await as('leader').invoke({
        module: 'release-panel',
        name: 'release.show',
        issueKey: key,
      })) as PanelView,
    served: () => servedBy(host),
    stop: async () => {
      await agent.stop();
      await jira.program.stop();
      await ssh.stop();
      await stopService(host.basePath);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function ready(
  dev: JiraClient,
  version: string,
  packages: readonly SamplePackage[],
): Promise<string> {
  const made = packages.find((candidate) => candidate.version === version);
  if (!made) throw new Error(`There is no package ${version}.`);
  const key = await createRelease(dev, PROJECT, `Shop ${version}`);
  const content = { kind: 'Minor', code: [{ site: 'shop', version, artifactSha256: made.sha256 }] };
  await dev.invoke({
    module: 'release-panel',
    name: 'content.put',
    issueKey: key,
    payload: { content },
  });
  await click(dev, key, 'Submit');
  await untilStatus(dev, key, 'Ready');
  return key;
}

async function servedBy(host: DemoHost): Promise<string | undefined> {
  try {
    const answer = await fetch(`http://${host.address}:${String(host.servicePort)}/version`);
    const body: unknown = await answer.json();
    return typeof body === 'object' && body !== null && 'version' in body
      ? String(body.version)
      : undefined;
  } catch {
    return undefined;
  }
}
