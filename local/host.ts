/** Local Jira as a whole: joins the site, the app's workers, the Forge proxy and the services. */
import { join } from 'node:path';
import { startApp, type RunningApp } from './app';
import { browserScripts } from './browser-scripts';
import { bundleApp } from './bundle';
import { seededChance } from './chance';
import { realClock, type HostClock } from './clock';
import { createDelivery } from './delivery';
import { createEgressFilter } from './egress';
import { createKnobBoard, type KnobBoard, type KnobChange } from './faults';
import { createGaps } from './gaps';
import { listen, type Listener } from './http';
import { installationOf } from './installation';
import { createInvocations } from './invocation';
import type { CallRecord, Invoker } from './invoke';
import { readManifest, type Manifest } from './manifest';
import { readOperations } from './openapi';
import { createPageFiles } from './page-files';
import { createPlatform, type Platform } from './platform';
import { startProxy } from './proxy';
import type { ScopedJiraParts } from './scoped-jira';
import { createJira } from './services/jira/index';
import type { App, JiraParts, JiraService, Log } from './services/service';
import { createSite } from './site';
import { openStore } from './store';
import { themeStyles } from './theme-styles';

export interface LocalJiraSettings {
  /** Where manifest.yml and src/ of the app are. */
  readonly appDirectory: string;
  /** Where the state lives; default `.interlock/jira` under the app. */
  readonly stateDirectory?: string;
  /** Where bundles are kept; default `.interlock/bundle` under the app. */
  readonly bundleDirectory?: string;
  /** Port of the site; 0 lets the system choose. */
  readonly port: number;
  /** Forgets the state first. */
  readonly reset?: boolean;
  readonly clock?: HostClock;
  /** The same seed, the same luck with lateness, doubling and loss. */
  readonly seed?: string;
  /** Turned before anything happens; without it everything is rude. */
  readonly knobs?: KnobChange;
  readonly log?: Log;
  /** Another Jira than our own, for tests of this half alone. */
  readonly createJira?: (parts: JiraParts) => JiraService;
}

export interface LocalJira {
  readonly siteUrl: string;
  /** Origin of the app's pages. */
  readonly pagesUrl: string;
  readonly proxyUrl: string;
  /** Where the bundle lies that the workers run. */
  readonly bundleDirectory: string;
  readonly clock: HostClock;
  readonly knobs: KnobBoard;
  /** The app as Jira sees it. */
  readonly app: App;
  readonly jira: JiraService;
  /** Calls any function of the manifest as the platform would. */
  readonly call: Invoker['call'];
  /** Module key → public address. */
  webTriggerUrls(): Readonly<Record<string, string>>;
  recentCalls(): readonly CallRecord[];
  /** Asynchronous calls on the way, and those that run. */
  deliveries(): { readonly waiting: number; readonly running: number };
  stop(): Promise<void>;
}

/** Starts everything, or throws one sentence that says what stands in the way and leaves nothing running. */
export async function startLocalJira(settings: LocalJiraSettings): Promise<LocalJira> {
  const manifest = requireManifest(settings.appDirectory);
  const bundleDirectory = await requireBundle(settings);
  const closing: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    return await assemble(settings, manifest, bundleDirectory, { closing, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

function requireManifest(appDirectory: string): Manifest {
  const outcome = readManifest(appDirectory);
  if (outcome.kind === 'refused') throw new Error(outcome.problems.join('\n'));
  return outcome.manifest;
}

async function requireBundle({
  appDirectory,
  bundleDirectory,
}: LocalJiraSettings): Promise<string> {
  const outcome = await bundleApp(
    appDirectory,
    bundleDirectory ?? join(appDirectory, '.interlock', 'bundle'),
  );
  if (outcome.kind === 'refused') throw new Error(outcome.problems.join('\n'));
  return outcome.directory;
}

interface Closing {
  /** What has been opened, in order. */
  readonly closing: (() => Promise<void> | void)[];
  readonly stop: () => Promise<void>;
}

async function assemble(
  settings: LocalJiraSettings,
  manifest: Manifest,
  bundleDirectory: string,
  { closing, stop }: Closing,
): Promise<LocalJira> {
  const { log = console.log, clock = realClock() } = settings;
  const knobs = createKnobBoard();
  const turned = knobs.turn(settings.knobs ?? {});
  if (turned.kind === 'refused') throw new Error(turned.message);
  const database = openStore(
    settings.stateDirectory ?? join(settings.appDirectory, '.interlock', 'jira'),
    settings.reset ?? false,
  );
  closing.push(() => database.close());
  const chance = seededChance(settings.seed ?? String(clock.now()));
  const installation = installationOf(manifest.appId);
  const invocations = createInvocations();
  const gaps = createGaps(log);
  const delivery = createDelivery({ database, clock, chance: chance.fork('delivery'), log });
  closing.push(clock.stop);

  // Proxy, app and Jira need each other, so the first to start see the others through these.
  const late: { app?: RunningApp; jira?: JiraService; site?: ReturnType<typeof createSite> } = {};
  const call: Invoker['call'] = (it) =>
    late.app?.invoker.call(it) ??
    Promise.resolve({ kind: 'crashed', message: 'The app is not running.' });

  const listener = await listen(
    settings.port,
    async (request) => late.site?.(request) ?? { status: 503 },
  );
  closing.push(listener.stop);
  const siteUrl = `http://127.0.0.1:${listener.port}`;
  const scripts = browserScripts(siteUrl);
  const pages = await listenForPages(
    settings.port,
    createPageFiles({
      ...manifest,
      permissions: manifest.pagePermissions,
      appDirectory: settings.appDirectory,
      siteUrl,
      scripts,
      themeStyles,
      log,
    }),
  );
  closing.push(pages.stop);
  const pagesUrl = `http://localhost:${pages.port}`;
  const platform: Platform = createPlatform({
    database,
    clock,
    chance,
    manifest,
    installation,
    knobs,
    delivery,
    siteUrl,
    gaps,
    call,
    log,
  });
  const scoped: ScopedJiraParts = {
    knobs,
    gaps,
    chance: chance.fork('jira'),
    scopes: manifest.scopes,
    findOperation: readOperations(),
    jira: async (request) => late.jira?.handle(request) ?? { status: 503 },
  };
  const proxy = await startProxy({
    ...scoped,
    invocations,
    installation,
    mayCall: createEgressFilter(manifest.backendAddresses),
    kvs: platform.kvs,
    stargate: platform.stargate,
  });
  closing.push(proxy.stop);
  const proxyUrl = `http://127.0.0.1:${proxy.port}`;

  const running = await startApp({
    manifest,
    installation,
    bundleDirectory,
    invocations,
    proxyUrl,
    log,
    aheadMs: clock.aheadMs,
  });
  closing.push(running.workers.stop);
  const app = running.facade(platform.deliver);
  const jira = (settings.createJira ?? createJira)({
    database,
    clock,
    app,
    siteUrl,
    pagesUrl,
    log,
    cloudId: installation.cloudId,
    chance: chance.fork('jira-own'),
    searchStaleMs: () => knobs.current().queries.staleMs,
  });
  closing.push(() => jira.stop());
  late.app = running;
  late.jira = jira;
  late.site = createSite({
    jira,
    knobs,
    clock,
    delivery,
    gaps,
    scoped,
    scripts,
    installation,
    siteUrl,
    pagesUrl,
    proxyUrl,
    call,
    modules: manifest.modules,
    invoker: running.invoker,
    webTriggers: platform.webTriggers,
    workers: running.workers.size,
  });
  platform.start();
  // First of all to stop: a call that is cut off by the stop comes again after the restart.
  closing.push(delivery.stop);
  return {
    siteUrl,
    pagesUrl,
    proxyUrl,
    bundleDirectory,
    clock,
    knobs,
    app,
    jira,
    call,
    stop,
    webTriggerUrls: platform.webTriggers.addresses,
    recentCalls: running.invoker.recent,
    deliveries: delivery.counts,
  };
}

/**
 * The port above the site's, so that it stays the same from start to start; another one where that is taken. Browsers
 * reach it as `localhost`: another site than `127.0.0.1`, so the person's cookie never goes there.
 */
async function listenForPages(
  sitePort: number,
  answer: Parameters<typeof listen>[1],
): Promise<Listener> {
  if (sitePort === 0) return listen(0, answer);
  try {
    return await listen(sitePort + 1, answer);
  } catch {
    return listen(0, answer);
  }
}
