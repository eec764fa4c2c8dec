/** Looks at a service over HTTP, from the agent, as its users would: status, time and version leave, nothing else. */
import { request } from 'node:http';
import type { ServiceCheck } from '#core/plan-step';
import { resolveAddress } from './addresses';
import { allowsProbe } from './bounds';
import type { Clock } from './ports/clock';
import type { Health, Look } from './ports/health';
import type { HostTarget } from './ports/hosts';

/** A service that needs longer for one answer is not healthy. */
const ANSWER_SECONDS = 5;

/** Most of an answer that is read. */
const BODY_MAX_BYTES = 64 * 1024;

/** Health checks over HTTP, to ports that agent.yml allows. */
export const createHealth = (clock: Clock): Health => ({
  look: async (target, service) => {
    const { host, rule } = target;
    if (!allowsProbe(rule, service.port)) {
      return refused(
        `agent.yml does not allow health checks on port ${service.port} of ${host.address}; add it to probePorts.`,
      );
    }
    const resolved = await resolveAddress(host.address);
    if (resolved.kind === 'denied') return refused(resolved.sentence);
    if (resolved.kind === 'unresolved') return { kind: 'silent', sentence: resolved.sentence };
    return lookAt(resolved.ip, target, service, clock);
  },
});

const refused = (sentence: string): Look => ({ kind: 'refused', sentence });

async function lookAt(
  ip: string,
  { host }: HostTarget,
  { port, healthPath, versionPath }: ServiceCheck,
  clock: Clock,
): Promise<Look> {
  const from = clock.monotonicMilliseconds();
  const health = await get(ip, port, healthPath, host.address);
  const milliseconds = Math.round(clock.monotonicMilliseconds() - from);
  if (health.kind === 'silent') return health;
  const { status } = health;
  const healthy = status >= 200 && status < 300;
  if (!healthy || versionPath === undefined) {
    return { kind: 'answered', healthy, status, version: null, milliseconds };
  }
  const shown = await get(ip, port, versionPath, host.address);
  if (shown.kind === 'silent') return shown;
  const version = shown.status === 200 ? versionIn(shown.body) : null;
  return { kind: 'answered', healthy, status, version, milliseconds };
}

type Page =
  | { readonly kind: 'page'; readonly status: number; readonly body: string }
  | { readonly kind: 'silent'; readonly sentence: string };

/** One GET, straight to the checked address; a redirect is an answer like any other. */
function get(ip: string, port: number, path: string, hostName: string): Promise<Page> {
  return new Promise((resolve) => {
    const silent = (sentence: string): void => resolve({ kind: 'silent', sentence });
    const signal = AbortSignal.timeout(ANSWER_SECONDS * 1_000);
    const headers = { host: `${hostName}:${port}`, connection: 'close' };
    const asked = request({ host: ip, port, path, headers, signal, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      let size = 0;
      response.on('data', (piece: Buffer) => {
        size += piece.length;
        if (size <= BODY_MAX_BYTES) pieces.push(piece);
        else
          asked.destroy(new Error(`the answer to ${path} is longer than ${BODY_MAX_BYTES} bytes`));
      });
      response.on('end', () => {
        const body = Buffer.concat(pieces).toString('utf8');
        // Node always sets it on a response that a client received.
        resolve({ kind: 'page', status: response.statusCode!, body });
      });
      response.on('error', (error) => silent(error.message));
    });
    asked.on('error', (error) =>
      silent(signal.aborted ? `no answer to ${path} within ${ANSWER_SECONDS} s` : error.message),
    );
    asked.end();
  });
}

/** What is longer is a page of something else; cut, it could show a part of a secret. */
const VERSION_MAX_CHARS = 100;
const isVersion = (text: string): boolean => text !== '' && text.length <= VERSION_MAX_CHARS;

/** The version in an answer: JSON with `version`, or the text itself. */
function versionIn(body: string): string | null {
  const text = body.trim();
  if (!text.startsWith('{')) return isVersion(text) ? text : null;
  try {
    const data: unknown = JSON.parse(text);
    const version = typeof data === 'object' && data !== null && 'version' in data && data.version;
    return typeof version === 'string' && isVersion(version) ? version : null;
  } catch {
    return null;
  }
}
