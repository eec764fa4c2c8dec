/** Makes the agent's one package: `tsx scripts/package-agent.ts [directory]`, by default agent/dist. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { create } from 'tar';
import { version } from '../package.json';

const ROOT = join(__dirname, '..');
const FILES = [
  'packaging/interlock-agent.service',
  'packaging/install.sh',
  'agent/agent.example.yml',
  'LICENSE',
];

const NODE_MAJOR = 24;

/** Before anything is loaded: without node:sqlite there would be a stack trace. 78 as in `EXIT_CODES.config`. */
const REFUSE_OLD_NODE = `
if (Number(process.versions.node.split('.')[0]) < ${String(NODE_MAJOR)}) {
  process.stderr.write('The agent needs Node.js ${String(NODE_MAJOR)} or later, and this is ' + process.versions.node + '; start it with a newer one, or run NODE=/path/to/node install.sh again.\\n');
  process.exit(78);
}`;

async function packageAgent(directory: string): Promise<string> {
  const name = `interlock-agent-${version}`;
  const staging = join(directory, name);
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });

  await build({
    entryPoints: [join(ROOT, 'agent/main.ts')],
    outfile: join(staging, 'interlock-agent.cjs'),
    bundle: true,
    platform: 'node',
    // An older Node reads it as far as the sentence that refuses it.
    target: 'node20',
    banner: { js: REFUSE_OLD_NODE },
    format: 'cjs',
    // Native additions of ssh2 that it does without.
    external: ['*.node', 'cpu-features'],
    define: { INTERLOCK_HOST_HELPER: JSON.stringify(readHelper()) },
    logLevel: 'warning',
  });
  for (const file of FILES)
    copyFileSync(join(ROOT, file), join(staging, file.split('/').at(-1) ?? file));

  const archive = join(directory, `${name}.tar.gz`);
  await create({ gzip: true, portable: true, file: archive, cwd: directory }, [name]);
  return archive;
}

const readHelper = (): string => readFileSync(join(ROOT, 'agent/host/interlock-host.sh'), 'utf8');

void packageAgent(process.argv[2] ?? join(ROOT, 'agent/dist')).then((archive) => {
  console.log(archive);
  // Apart from the path, which other programs read.
  console.error(`${Math.round(statSync(archive).size / 1_000).toString()} kB`);
});
