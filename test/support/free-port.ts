/** Ports for servers that cannot choose their own, so that two test files at once never want the same. */
import { createServer } from 'node:net';
import process from 'node:process';

/** A demo takes the ports right above its own. */
const BLOCK = 50;

/** Below what the system itself gives out, which begins at 32768 on Linux. */
const FIRST = 10_000;
/** More than any suite has workers. */
const WORKERS_MAX = 4;
const PER_WORKER = 5_000;

/** The worker's own ports; another run on this machine likely begins elsewhere. */
const worker = Number(process.env['JEST_WORKER_ID'] ?? '1') - 1;
let next = (process.pid * BLOCK) % PER_WORKER;

/** A port that was free a moment ago, with nobody of this run above it. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PER_WORKER / BLOCK; tries += 1) {
    const port = FIRST + (worker % WORKERS_MAX) * PER_WORKER + next;
    next = (next + BLOCK) % PER_WORKER;
    if (await isFree(port)) return port;
  }
  throw new Error(`All of ${String(PER_WORKER / BLOCK)} ports are taken.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
