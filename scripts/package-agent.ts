/** Makes the agent's one package: `tsx scripts/package-agent.ts [directory]`, by default agent/dist. */
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
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
    target: 'node24',
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

void packageAgent(process.argv[2] ?? join(ROOT, 'agent/dist')).then((archive) =>
  console.log(archive),
);
