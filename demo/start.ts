/** `npm start`: Local Jira, a host, an agent, and project REL with its first releases. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { enrollAgent, runAgent, trustHost } from './agent';
import { writeAgentFile } from './agent-file';
import { deployRelease, submitRelease } from './first-releases';
import { provideAccess, startHost, switchOff } from './hosts';
import { jiraAs } from './jira-client';
import { startLocalJira } from './local-jira';
import type { Program } from './program';
import { makeSamplePackages } from './sample-package';
import type { SamplePackage } from './sample-package';
import { provideProject, putPolicy, putShop, showSettings } from './set-up';
import type { DemoHost } from './set-up';

const ROOT = join(__dirname, '..');
const STATE = join(ROOT, '.interlock');
const DEMO = join(STATE, 'demo');
const DEFAULT_PORT = 2990;
const HEALTH_SECONDS = 20;

async function start(programs: Program[]): Promise<void> {
  const port = Number(process.env['PORT'] ?? DEFAULT_PORT);
  const reset = process.argv.includes('--reset');
  if (reset) await switchOff(DEMO);
  if (reset) rmSync(DEMO, { recursive: true, force: true });
  mkdirSync(DEMO, { recursive: true });

  print('Starting Local Jira; the first start bundles the app.');
  const jira = await startLocalJira({
    root: ROOT,
    port,
    stateDirectory: join(STATE, 'jira'),
    reset,
  });
  programs.push(jira.program);
  const access = provideAccess(join(DEMO, 'agent'));
  const { host, program } = await startHost(DEMO, port, access);
  programs.push(program);
  const packages = await makeSamplePackages(join(DEMO, 'packages'));

  await provideProject(jira.siteUrl);
  const { agentUrl } = await showSettings(jiraAs(jira.siteUrl, 'admin'));
  const config = writeAgentFile({
    directory: join(DEMO, 'agent'),
    url: agentUrl,
    hosts: [host],
    packages: join(DEMO, 'packages'),
    access,
    healthSeconds: HEALTH_SECONDS,
  });
  await once('set-up', () => setUp(jira.siteUrl, host, config));
  programs.push(runAgent(config));
  print(
    `Local Jira is open at ${jira.siteUrl}; sign in as dev, tester, leader or admin (API token local-<name>).`,
  );

  await once('releases', () => makeReleases(jira.siteUrl, packages));
  print(`The shop answers at http://${host.address}:${host.servicePort}/version`);
  print(
    'Interlock is ready. Open the release that is Ready as leader and click Start. Ctrl+C ends everything.',
  );
}

async function setUp(siteUrl: string, host: DemoHost, config: string): Promise<void> {
  await putPolicy(siteUrl);
  await putShop(siteUrl, [host]);
  await trustHost(config, `${host.address}:${host.sshPort}`);
  await enrollAgent(siteUrl, config);
}

async function makeReleases(siteUrl: string, packages: readonly SamplePackage[]): Promise<void> {
  const [first, second] = packages;
  if (!first || !second) throw new Error('The demo needs two packages.');
  await deployRelease(siteUrl, await submitRelease(siteUrl, first));
  await submitRelease(siteUrl, second);
}

/** What the state directory remembers is not done again at the next start. */
async function once(what: string, act: () => Promise<void>): Promise<void> {
  const mark = join(DEMO, `${what}.done`);
  if (existsSync(mark)) return;
  await act();
  writeFileSync(mark, '');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Everything that was started ends with us, the last first. */
async function end(programs: readonly Program[], code: number): Promise<void> {
  for (const program of [...programs].reverse()) await program.stop();
  process.exit(code);
}

function main(): void {
  const programs: Program[] = [];
  process.once('SIGINT', () => void end(programs, 0));
  process.once('SIGTERM', () => void end(programs, 0));
  start(programs).catch((error: unknown) => {
    process.stderr.write(
      `npm start failed: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    void end(programs, 1);
  });
}

main();
