/** `tsx local/main.ts`: Local Jira with the app of the working directory, until it is told to end. */
import { parseArgs } from 'node:util';
import { realClock } from './clock';
import { startLocalJira, type LocalJira } from './host';

const DEFAULT_PORT = 2990;

const USAGE = `Usage: tsx local/main.ts [options]
  --app <folder>     where manifest.yml is (default: the working directory)
  --state <folder>   where the state lives (default: .interlock/jira under the app)
  --reset            forget the state first
  --seed <text>      the same seed, the same luck with lateness, doubling and loss
  --calm             nothing is late, doubled, lost or stale
PORT moves the site from ${DEFAULT_PORT}.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      app: { type: 'string', default: '.' },
      state: { type: 'string' },
      reset: { type: 'boolean', default: false },
      seed: { type: 'string' },
      calm: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const { app, state, reset, calm, seed = String(Date.now()) } = values;
  console.log('Starting Local Jira; the first start bundles the app and takes a minute or two.');
  const host = await startLocalJira({
    appDirectory: app,
    port: Number(process.env['PORT'] ?? DEFAULT_PORT),
    reset,
    seed,
    clock: realClock(),
    ...(state !== undefined && { stateDirectory: state }),
    ...(calm && { knobs: { preset: 'calm' } }),
  });
  announce(host, seed);
  endOnSignal(host);
}

/** The last line is the one that a program waits for. */
function announce(host: LocalJira, seed: string): void {
  for (const [key, url] of Object.entries(host.webTriggerUrls()))
    console.log(`Web trigger ${key}: ${url}`);
  console.log(`Pages of the app come from ${host.pagesUrl}`);
  console.log(`The seed of its rudeness is ${seed}.`);
  console.log(`Local Jira is ready at ${host.siteUrl}`);
}

function endOnSignal(host: LocalJira): void {
  const end = () => {
    host.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
