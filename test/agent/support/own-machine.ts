/** A machine of a test's own: what is installed there, with its users and files, is gone when the test is over. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

export interface OwnMachine {
  /** Runs words there as root, which they may leave with runuser, and waits for their end. */
  run(words: readonly string[], input?: string): Ended;
  /** For what talks to a server of this process. */
  runBeside(words: readonly string[]): Promise<Ended>;
  start(words: readonly string[]): ChildProcessByStdio<null, Readable, Readable>;
  /** Ends whatever runs there. */
  close(): Promise<void>;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type MachineResult =
  | { readonly kind: 'machine'; readonly machine: OwnMachine }
  /** Where the system gives a process no mounts of its own, as most containers do not. */
  | { readonly kind: 'none'; readonly sentence: string };

/** Everything that an installation writes lies in memory, over what this machine has; node is there for all users. */
const SET_UP = `
set -e
mount -t tmpfs tmpfs "$1"
for place in etc opt usr/local var/lib srv; do
  mkdir -p "$1/$place.upper" "$1/$place.work"
  mount -t overlay overlay -o "lowerdir=/$place,upperdir=$1/$place.upper,workdir=$1/$place.work" "/$place"
done
mkdir -p /opt/node /opt/given
mount --bind "$2" /opt/node
mount --bind "$3" /opt/given
ln -sf /opt/node/node /usr/local/bin/node
# The services of this machine are left alone.
ln -sf /bin/true /usr/local/bin/systemctl
echo ready
# Not exec: the first process has to take leave of orphans, which a shell does.
cat
`;

/** Makes one, in which `given` is a directory that everybody may read at /opt/given. */
export async function anOwnMachine(directory: string, given: string): Promise<MachineResult> {
  const place = join(directory, 'machine');
  mkdirSync(place);
  // With a process table of its own, everything ends with its first process.
  const apart = ['--mount', '--pid', '--fork', '--mount-proc', '--kill-child'];
  const words = [...apart, '--propagation', 'private', 'sh', '-c', SET_UP, 'sh'];
  const [program, ...more] = asRoot(['unshare', ...words, place, dirname(process.execPath), given]);
  const holder = spawn(program, more, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  holder.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
  const ended = once(holder, 'close');
  const isReady = await Promise.race([
    once(holder.stdout, 'data').then(() => true),
    ended.then(() => false),
  ]);
  if (!isReady) {
    const sentence = `This system gives the test no machine of its own (${said.trim()}), so install.sh was run with DESTDIR only; run this as root where mounts are allowed.`;
    return { kind: 'none', sentence };
  }
  const first = firstProcessOf(holder);
  const inside = (wanted: readonly string[]) =>
    asRoot(['nsenter', '--target', first, '--mount', '--pid', '--wd=/', ...wanted]);
  const start = (wanted: readonly string[]) => {
    const [command, ...rest] = inside(wanted);
    return spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  };
  const machine: OwnMachine = {
    run: (wanted, input = '') => {
      const [command, ...rest] = inside(wanted);
      const { status, stdout, stderr } = spawnSync(command, rest, { input, encoding: 'utf8' });
      return { code: status, stdout, stderr };
    },
    start,
    runBeside: async (wanted) => {
      const child = start(wanted);
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
      child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
      const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
      return { code, stdout, stderr };
    },
    close: async () => {
      holder.stdin.end();
      await ended;
    },
  };
  return { kind: 'machine', machine };
}

const asRoot = ([program, ...words]: readonly [string, ...string[]]): readonly [
  string,
  ...string[],
] => (process.getuid?.() === 0 ? [program, ...words] : ['sudo', '-n', program, ...words]);

/** unshare, which sudo may have started, stays outside; its one child is the first process inside. */
function firstProcessOf(holder: ChildProcess): string {
  let pid = String(holder.pid);
  for (;;) {
    const found = spawnSync('ps', ['-o', 'pid=', '--ppid', pid], { encoding: 'utf8' });
    const [child] = found.stdout.trim().split(/\s+/);
    if (child === undefined || child === '') return pid;
    pid = child;
  }
}
