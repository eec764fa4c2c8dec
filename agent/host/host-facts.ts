/** What the helper says about its host, read line by line. */
import type { HostFacts, InstalledRelease, LedgerLine } from '../ports/hosts';

const OPERATIONS = ['stage', 'activate', 'reactivate', 'start'] as const;
const PROCESS_STATES = ['running', 'dead', 'none', 'own'] as const;

/** The facts in a helper's answer; undefined when it is none. */
export function parseFacts(stdout: string): HostFacts | undefined {
  const lines = new Map(
    stdout.split('\n').map((line): [string, string] => {
      const space = line.indexOf(' ');
      return space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
    }),
  );
  const fence = Number(lines.get('fence') ?? NaN);
  const [stateWord, digest] = (lines.get('process') ?? '').split(' ');
  const process = PROCESS_STATES.find((state) => state === stateWord);
  const [current, previous] = [releaseIn(lines.get('current')), releaseIn(lines.get('previous'))];
  const staged = lines.get('staged');
  const left = releaseIn(lines.get('left'));
  const [brought, switched] = [lines.get('brought'), lines.get('switched')];
  const intent = lines.get('intent');
  if (!Number.isSafeInteger(fence) || !process || staged === undefined || intent === undefined) {
    return undefined;
  }
  if (current === undefined || previous === undefined || left === undefined) return undefined;
  if (brought === undefined || switched === undefined) return undefined;
  return {
    fence,
    current,
    previous,
    broughtBy: brought === '-' ? null : brought,
    switchedBy: switched === '-' ? null : switched,
    left,
    staged: staged === '' ? [] : staged.split(','),
    unfinished: intent === '-' ? null : intent,
    busy: lines.get('busy') === 'yes',
    process,
    processDigest: digest === undefined || digest === '-' ? null : digest,
    ledger: ledgerIn(lines.get('ledger') ?? ''),
  };
}

/** `OPERATION:JOB:FENCE:DIGEST:VERSION`, separated by blanks. */
const ledgerIn = (words: string): readonly LedgerLine[] =>
  words.split(' ').flatMap((word) => {
    const [name, job, seen, digest, version] = word.split(':');
    const operation = OPERATIONS.find((known) => known === name);
    const fence = Number(seen);
    const isWhole = operation && job && digest && version && Number.isSafeInteger(fence);
    return isWhole ? [{ operation, job, fence, digest, version }] : [];
  });

/** `DIGEST VERSION PACKAGE`, or `- - -` for none; a package of `-` is the digest's own. */
function releaseIn(words: string | undefined): InstalledRelease | null | undefined {
  const [digest, version, artifactSha256 = '-'] = words?.split(' ') ?? [];
  if (digest === undefined || version === undefined) return undefined;
  if (digest === '-') return null;
  return artifactSha256 === '-' ? { digest, version } : { digest, version, artifactSha256 };
}
