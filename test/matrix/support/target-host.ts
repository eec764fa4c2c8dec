/** A host's directory of one point, and who answers on its port what the process there serves. */
import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { BROKEN, EARLIER_JOB } from './crash-place';
import type { CrashPlace } from './crash-place';

export interface TargetHost {
  readonly base: string;
  readonly port: number;
  /** What is current, what answers, and which versions have been started, in order. */
  look(): { readonly current: string; readonly served: string; readonly booted: readonly string[] };
  close(): Promise<void>;
}

/** A host that serves 1.0.0. */
export async function aTargetHost(place: CrashPlace, directory: string): Promise<TargetHost> {
  const base = join(directory, 'srv');
  const served = (): string => {
    const [, pid = '', , digest = ''] = runRecord(base);
    const isAlive = existsSync(`/proc/${pid}/stat`);
    return isAlive ? readFileSync(join(base, 'releases', digest, 'VERSION'), 'utf8') : '';
  };
  const service = createServer((_, response) => {
    const version = served();
    // A broken version may be seen in the moment before its process ends.
    response.writeHead(version === '' || version === BROKEN ? 503 : 200).end(version);
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const bound = service.address();
  const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
  await cp(place.servedBefore, base, { recursive: true, verbatimSymlinks: true });
  const words = ['start', base, '1', EARLIER_JOB, place.packages['1.0.0'] ?? '', '1.0.0'];
  await promisify(execFile)('sh', [place.helper, ...words, String(port), 'bin/start']);
  return {
    base,
    port,
    look: () => ({
      current: readFileSync(join(base, 'current/VERSION'), 'utf8'),
      served: served(),
      booted: readFileSync(join(base, 'booted'), 'utf8')
        .trim()
        .split('\n')
        // Who finds it ended cannot know that it always does, and starts it once more.
        .filter((version, index, all) => version !== BROKEN || all[index - 1] !== BROKEN),
    }),
    close: async () => {
      const [kind, pid = ''] = runRecord(base);
      if (kind === 'setsid' && existsSync(`/proc/${pid}/stat`))
        process.kill(-Number(pid), 'SIGKILL');
      const closed = new Promise((resolve) => service.close(resolve));
      service.closeAllConnections();
      await closed;
    },
  };
}

/** A host with 1.0.0, for which a release has nothing to do. */
export interface StillHost {
  readonly base: string;
  /** What is not there as it was, a sentence each. */
  touched(): readonly string[];
}

/** Whoever makes the directory removes it. */
export async function aStillHost(
  { servedBefore }: CrashPlace,
  directory: string,
): Promise<StillHost> {
  const base = join(directory, 'srv');
  await cp(servedBefore, base, { recursive: true, verbatimSymlinks: true });
  const touched = (): readonly string[] => {
    const [before, now] = [filesIn(servedBefore), filesIn(base)];
    const paths = [...new Set([...before.keys(), ...now.keys()])];
    return paths
      .filter((path) => before.get(path) !== now.get(path))
      .map((path) => `the host has another ${path}, and nothing was to be done there`);
  };
  return { base, touched };
}

/** What each file holds, and where each link leads. */
const filesIn = (directory: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const held = entry.isSymbolicLink() ? readlinkSync(path) : readFileSync(path, 'utf8');
        return [relative(directory, path), held] as const;
      }),
  );

/** How the process began, its id, when, and from which release. */
const runRecord = (base: string): readonly string[] => {
  const file = join(base, '.interlock/run');
  return existsSync(file) ? readFileSync(file, 'utf8').split(' ') : [];
};

/** The writes of the shop's namespaces, by their files. */
export function namespacesIn(directory: string): readonly string[] {
  const shop = join(directory, 'SIT/shop');
  mkdirSync(shop, { recursive: true });
  return readdirSync(shop, { recursive: true }).map(String).sort();
}
