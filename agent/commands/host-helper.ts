/** What is typed on a host: the helper's installation, and its operations. */
import type { HostOrder, Start } from '../ports/hosts';
import type { Command } from './quote';

/** The exit code of a call whose helper is not there yet. */
export const HELPER_ABSENT = 79;

const CALL = `test -f "$0" || exit ${HELPER_ABSENT}; exec sh "$0" "$@"`;

/** Takes the helper on stdin and puts it in place whole, or not at all. */
const INSTALL = [
  'umask 022 && mkdir -p "$1" && chmod 700 "$1" && cat >"$2.$$"',
  'echo "$3  $2.$$" | sha256sum -c - >/dev/null && mv -fT "$2.$$" "$2"',
].join(' && ');

const directory = (basePath: string): string => `${basePath}/.interlock`;
const helperPath = (basePath: string, helper: string): string =>
  `${directory(basePath)}/helper-${helper}`;

/** Puts the helper below a base path; `helper` is the SHA-256 of the text that arrives on stdin. */
export const installHelper = (basePath: string, helper: string): Command => [
  'sh',
  '-c',
  INSTALL,
  'interlock-install',
  directory(basePath),
  helperPath(basePath, helper),
  helper,
];

const call = (basePath: string, helper: string, operation: string, rest: Command): Command => [
  'sh',
  '-c',
  CALL,
  helperPath(basePath, helper),
  operation,
  basePath,
  ...rest,
];

/** How the host looks; a fence above zero shuts lower ones out, and `healthy` was seen to be. */
export const readState = (
  basePath: string,
  helper: string,
  fence: number,
  healthy?: string,
): Command =>
  call(basePath, helper, 'state', [String(fence), ...(healthy === undefined ? [] : [healthy])]);

/** Takes the package on stdin, once the first line of stdout says `send`. */
export const stageRelease = (
  order: HostOrder,
  helper: string,
  { sizeBytes, unpackedBytes }: { readonly sizeBytes: number; readonly unpackedBytes: number },
  releasesKept: number,
): Command =>
  call(order.basePath, helper, 'stage', [
    ...words(order),
    String(sizeBytes + unpackedBytes),
    String(releasesKept),
  ]);

/** Makes a staged release the current one; `former` is what a way back leads to. */
export const activateRelease = (order: HostOrder, helper: string, former?: string): Command =>
  call(order.basePath, helper, 'activate', [...words(order), former ?? '-']);

/** Makes a release current again that stood before the current one. */
export const reactivateRelease = (order: HostOrder, helper: string): Command =>
  call(order.basePath, helper, 'reactivate', words(order));

/** Replaces the process by one of the current release. */
export const startRelease = (order: HostOrder, helper: string, { port, script }: Start): Command =>
  call(order.basePath, helper, 'start', [...words(order), String(port), script]);

const words = ({ fence, job, digest, version }: HostOrder): Command => [
  String(fence),
  job,
  digest,
  version,
];
