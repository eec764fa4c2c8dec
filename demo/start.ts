/** `npm start`: Local Jira, three hosts, databases, an agent, and project REL with its first releases. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { enrollAgent, keepAgent, trustHost } from './agent';
import { writeAgentFile } from './agent-file';
import { startDatabases } from './database-server';
import { firstReleases } from './first-releases';
import type { FirstRelease } from './first-releases';
import { demoHosts, demoPlaces, provideAccess, startHosts, switchOff } from './hosts';
import { jiraAs } from './jira-client';
import { startLocalJira } from './local-jira';
import { KEPT_LINES, nextLines, peopleLines, placeLines } from './newcomer';
import type { Program } from './program';
import {
  approveScripts,
  deployRelease,
  draftRelease,
  startRelease,
  submitRelease,
} from './releases';
import { memoryOf } from './memory';
import { makeSamplePackages } from './sample-package';
import { servicePid } from './service';
import { ENVIRONMENTS, provideProject, putPolicy, putShop, showSettings } from './set-up';

const ROOT = join(__dirname, '..');
const DEFAULT_PORT = 2990;
const HEALTH_SECONDS = 20;

interface Stoppable {
  stop(): Promise<void>;
}

/** `fail` is told of a part that ends by itself. */
async function start(running: Stoppable[], fail: (sentence: string) => void): Promise<void> {
  const { values } = parseArgs({
    options: {
      reset: { type: 'boolean', default: false },
      /** Where everything is kept. */
      state: { type: 'string', default: join(ROOT, '.interlock') },
    },
  });
  const { reset } = values;
  const state = resolve(values.state);
  const directory = join(state, 'demo');
  const port = Number(process.env['PORT'] ?? DEFAULT_PORT);
  const hosts = demoHosts(port);
  const places = demoPlaces(ENVIRONMENTS, port);
  if (reset) await switchOff({ directory, hosts, places });
  if (reset) rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });

  print('Starting Local Jira; the first start bundles the app.');
  const access = provideAccess(join(directory, 'agent'));
  const kept = async <Part>(
    starting: Promise<Part>,
    programOf: (part: Part) => Program,
  ): Promise<Part> => {
    const part = await starting;
    const program = programOf(part);
    running.push(program);
    program.process.once('exit', () =>
      fail(
        `${program.name} has ended by itself, so all the rest ends too; what was done is kept, and npm start goes on from there.`,
      ),
    );
    return part;
  };
  const parts = [
    kept(
      startLocalJira({ root: ROOT, port, stateDirectory: join(state, 'jira'), reset }),
      ({ program }) => program,
    ),
    kept(
      startDatabases(join(directory, 'database'), ['shop', 'reports'], ENVIRONMENTS, port),
      ({ program }) => program,
    ),
    kept(startHosts({ directory, hosts, places, access }), (program) => program),
    makeSamplePackages(join(directory, 'packages')),
  ] as const;
  // When one fails, the others have to be there before they can be ended.
  await Promise.allSettled(parts);
  const [jira, server, , packages] = await Promise.all(parts);
  const { siteUrl } = jira;

  await provideProject(siteUrl);
  const { agentUrl } = await showSettings(jiraAs(siteUrl, 'admin'));
  const config = writeAgentFile({
    directory: join(directory, 'agent'),
    url: agentUrl,
    hosts,
    places,
    packages: join(directory, 'packages'),
    databases: server.databases,
    centre: join(directory, 'centre'),
    access,
    healthSeconds: HEALTH_SECONDS,
  });
  const once = rememberIn(directory);
  await once('policy', () => putPolicy(siteUrl));
  await once('shop', () => putShop(siteUrl, hosts, places));
  await once('trust', async () => {
    for (const { address, sshPort } of hosts) await trustHost(config, `${address}:${sshPort}`);
  });
  await once('agent', () => enrollAgent(siteUrl, config, ENVIRONMENTS));
  running.push(keepAgent(config, print));
  print(`Local Jira is open at ${siteUrl}.`);

  const isFirstStart = !existsSync(join(directory, LAST_MARK));
  const keys = await makeReleases(siteUrl, firstReleases(packages), once);
  const shown = places.map(({ environment, servicePort }) => ({
    environment,
    url: `http://${hosts[0]?.address ?? ''}:${servicePort}/`,
  }));
  const lines = [...peopleLines(siteUrl), ...(isFirstStart ? nextLines(keys) : KEPT_LINES)];
  [...lines, ...placeLines(shown)].forEach(print);
  const homes = hosts.flatMap(({ id }) =>
    places.map(({ basePath }) => join(directory, id, basePath)),
  );
  const services = homes.map(servicePid).filter((pid) => pid !== undefined);
  const memory = memoryOf([process.pid, ...services]);
  print(
    `All of it takes ${memory.proportionalMegabytes} MB of memory now (${memory.residentMegabytes} MB where shared pages count for each process).`,
  );
}

/** Written when the last of the first releases stands where it shall. */
const LAST_MARK = 'release-broken-moved.done';

type Once = (what: string, act: () => Promise<unknown>) => Promise<string>;

/** What the state directory remembers is not done again at the next start. */
function rememberIn(directory: string): Once {
  return async (what, act) => {
    const mark = join(directory, `${what}.done`);
    if (existsSync(mark)) return readFileSync(mark, 'utf8');
    const result = await act();
    const text = typeof result === 'string' ? result : '';
    writeFileSync(mark, text);
    return text;
  };
}

/** Makes each release as far as it shall stand; a start that was broken off goes on where it was. */
async function makeReleases(siteUrl: string, releases: readonly FirstRelease[], once: Once) {
  const keys = { deployed: '', ready: '', waiting: '', broken: '' };
  for (const { id, summary, content } of releases) {
    const key = await once(`release-${id}`, () => draftRelease(siteUrl, summary, content));
    await once(`release-${id}-moved`, () => move(siteUrl, id, key));
    keys[id] = key;
  }
  return keys;
}

async function move(siteUrl: string, id: FirstRelease['id'], key: string): Promise<void> {
  if (id === 'broken') return;
  await submitRelease(siteUrl, key);
  if (id === 'deployed') await deployRelease(siteUrl, key);
  if (id === 'ready') await approveScripts(siteUrl, key);
  if (id === 'waiting') await startRelease(siteUrl, key);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function main(): void {
  const running: Stoppable[] = [];
  let isEnding = false;
  /** Everything that was started ends with us, the last first. */
  const end = async (code: number): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    for (const program of [...running].reverse()) await program.stop();
    process.exit(code);
  };
  const fail = (sentence: string): void => {
    if (isEnding) return;
    process.stderr.write(`${sentence}\n`);
    void end(1);
  };
  process.once('SIGINT', () => void end(0));
  process.once('SIGTERM', () => void end(0));
  start(running, fail).catch((error: unknown) =>
    fail(`npm start failed: ${error instanceof Error ? error.message : String(error)}`),
  );
}

main();
