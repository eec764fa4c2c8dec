/** What may stand in a package: plain files and directories below it, links that stay inside, each name once. */
import { posix } from 'node:path';
import type { ReadEntry } from 'tar';

const ENTRIES_MAX = 100_000;
const PATH_MAX_CHARS = 255;
const DEPTH_MAX = 32;

/** What hosts and this agent write beside a package's own files. */
export const RESERVED_NAMES: readonly string[] = ['.interlock-release', '.interlock-package'];

const FILES = ['File', 'OldFile', 'ContiguousFile'];
const SPECIAL_BITS = 0o7000;
const OWNER_MAY_EXECUTE = 0o100;

export interface ArchiveList {
  take(entry: ReadEntry | 'end-mark'): void;
  /** The first thing that is wrong. */
  problem(): string | undefined;
  /** What a complete package would have and this one lacks. */
  missing(): string | undefined;
}

/** The list of an archive while it is read; it may not hold a reserved name. */
export function createArchiveList(reserved: readonly string[]): ArchiveList {
  const seen = new Map<string, 'file' | 'directory' | 'link'>();
  let problem: string | undefined;
  let ended = false;
  let startable = false;

  const judge = (entry: ReadEntry): string | undefined => {
    const name = shown(entry.path);
    if (ended) return `holds ${name} after its end`;
    if (seen.size >= ENTRIES_MAX) return `holds more than ${ENTRIES_MAX} entries`;
    const path = inside(entry.path, reserved);
    if (path === undefined) return `holds ${name}, which is no plain path inside the package`;
    if (path === '.')
      return entry.type === 'Directory' ? undefined : `holds ${name} as no directory`;
    if ((entry.mode ?? 0) & SPECIAL_BITS)
      return `holds ${name} with a set-user, set-group or sticky bit`;

    const kind = kindOf(entry, path, seen, reserved);
    if (kind === undefined) return `holds ${name}, a ${entry.type} that may not be in a package`;
    const through = parents(path).find(
      (parent) => (seen.get(folded(parent)) ?? 'directory') !== 'directory',
    );
    if (through !== undefined)
      return `holds ${name} below ${shown(through)}, which is no directory`;
    const before = seen.get(folded(path));
    if (before !== undefined && !(before === 'directory' && kind === 'directory')) {
      return `holds ${name} twice, or in two spellings`;
    }
    seen.set(folded(path), kind);
    const executable = ((entry.mode ?? 0) & OWNER_MAY_EXECUTE) !== 0;
    if ((path === 'bin/run' || path === 'bin/start') && kind === 'file' && executable)
      startable = true;
    return undefined;
  };

  return {
    take: (entry) => {
      if (entry === 'end-mark') ended = true;
      else problem ??= judge(entry);
    },
    problem: () => problem,
    missing: () =>
      startable ? undefined : 'has neither an executable bin/run nor an executable bin/start',
  };
}

/** The path without detours; undefined for one that leaves the package or that a tool could read differently. */
function inside(path: string, reserved: readonly string[]): string | undefined {
  const plain = path.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  if (plain === '' || plain === '.') return path.startsWith('/') ? undefined : '.';
  const parts = plain.split('/');
  const strange = parts.some(
    (part) => part === '' || part === '.' || part === '..' || reserved.includes(part),
  );
  if (strange || /[\p{Cc}\\]/u.test(plain)) return undefined;
  return plain.length <= PATH_MAX_CHARS && parts.length <= DEPTH_MAX ? plain : undefined;
}

function kindOf(
  { type, linkpath }: ReadEntry,
  path: string,
  seen: ReadonlyMap<string, string>,
  reserved: readonly string[],
): 'file' | 'directory' | 'link' | undefined {
  if (FILES.includes(type)) return 'file';
  if (type === 'Directory') return 'directory';
  if (linkpath === undefined || /[\p{Cc}\\]/u.test(linkpath)) return undefined;
  // A hard link is one more name of a file that came before it.
  if (type === 'Link')
    return seen.get(folded(inside(linkpath, reserved) ?? '')) === 'file' ? 'file' : undefined;
  if (type !== 'SymbolicLink' || linkpath.startsWith('/')) return undefined;
  const target = posix.join(posix.dirname(path), linkpath);
  return target === '..' || target.startsWith('../') ? undefined : 'link';
}

const parents = (path: string): readonly string[] => {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
};

/** Equal for names that some file system takes for one. */
const folded = (path: string): string => path.normalize('NFC').toLowerCase();

/** Whole or not at all: where it is cut, half a secret could be left, which nobody would find. */
const shown = (path: string): string =>
  path.length <= PATH_MAX_CHARS
    ? JSON.stringify(path)
    : `a path of ${String(path.length)} characters`;
