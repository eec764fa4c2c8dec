/** Type-checks every program of the house: one for each tsconfig.json that has files. */
import { spawn } from 'node:child_process';
import { globSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';

const CONFIGS = ['tsconfig.json', '{agent,demo,local,scripts,static,test}/tsconfig.json'];
const CORE_CONFIG = 'src/core/tsconfig.json';
const CACHE = '.cache/types';
const AT_ONCE = 2;

function hasFiles(config: string): boolean {
  const folder = config === 'tsconfig.json' ? 'src' : dirname(config);
  return globSync(join(folder, '**/*.{ts,tsx}'), { exclude: ['**/dist'] }).length > 0;
}

function checkTypes(config: string): Promise<boolean> {
  const buildInfo = join(CACHE, `${config.replaceAll('/', '-')}.tsbuildinfo`);
  const options = [
    '--noEmit',
    '--incremental',
    '--tsBuildInfoFile',
    buildInfo,
    '--pretty',
    'false',
  ];
  return new Promise((resolve, reject) => {
    const compiler = spawn('tsc', ['-p', config, ...options], { stdio: 'inherit' });
    compiler.on('error', reject);
    compiler.on('close', (code) => {
      if (code !== 0) console.error(`types: ${config} failed`);
      resolve(code === 0);
    });
  });
}

async function checkInTurn(queue: string[]): Promise<boolean> {
  let allPassed = true;
  for (let config = queue.shift(); config !== undefined; config = queue.shift()) {
    allPassed = (await checkTypes(config)) && allPassed;
  }
  return allPassed;
}

async function main(): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const queue = [CORE_CONFIG, ...globSync(CONFIGS)].filter(hasFiles);
  const programCount = queue.length;

  const results = await Promise.all(Array.from({ length: AT_ONCE }, () => checkInTurn(queue)));
  if (results.includes(false)) process.exit(1);
  console.log(`types: ${programCount} programs, no error`);
}

void main();
