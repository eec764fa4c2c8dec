/** The packages of the simulated store: two that work, one that never gets healthy, one that is damaged. */
import { hash } from 'node:crypto';
import type { Artifacts } from '../../agent/ports/artifacts';
import type { Health, Look } from '../../agent/ports/health';
import type { FakeHost } from './fake-host';
import type { Life } from './scheduler';
import type { Sim } from './sim';

export interface FakePackage {
  readonly version: string;
  readonly sha256: string;
  readonly quality: 'good' | 'sick' | 'damaged';
}

const pack = (version: string, quality: FakePackage['quality']): FakePackage => ({
  version,
  sha256: hash('sha256', `package ${version}`),
  quality,
});

/** What every host served before that. */
export const OLD_PACKAGE = pack('0.9.0', 'good');

/** What every host serves at the beginning. */
export const FIRST_PACKAGE = pack('1.0.0', 'good');

export const PACKAGES: readonly FakePackage[] = [
  FIRST_PACKAGE,
  pack('1.1.0', 'good'),
  pack('1.2.0', 'good'),
  pack('1.3.0', 'sick'),
  pack('1.4.0', 'damaged'),
];

/** The package of a digest. */
export const packageBy = (sha256: string | undefined): FakePackage | undefined =>
  [...PACKAGES, OLD_PACKAGE].find((candidate) => candidate.sha256 === sha256);

const PIECE = new Uint8Array(1_000);
const PIECES = 3;

/** The store of packages as one start of an agent reaches it. */
export const artifactsFor = (sim: Sim, life: Life): Artifacts => ({
  open: (artifact) =>
    sim.tell(life, `opens ${artifact.file}`, () => {
      const found = packageBy(artifact.sha256);
      if (!found || (found.quality === 'damaged' && !sim.isOff('package-digest'))) {
        const sentence = `The package ${artifact.file} does not have the approved digest.`;
        return { kind: 'refused', failure: { class: 'package', sentence } };
      }
      const opened = {
        sha256: found.sha256,
        sizeBytes: PIECE.length * PIECES,
        unpackedBytes: 10_000,
        read: pieces,
        close: () => Promise.resolve(),
      };
      return { kind: 'opened', artifact: opened };
    }),
});

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let piece = 0; piece < PIECES; piece += 1) yield PIECE;
}

/** A service needs so long until it answers. */
const WARM_UP_MILLISECONDS = 1_500;

/** The services of the hosts as one start of an agent reaches them. */
export const healthFor = (sim: Sim, life: Life, hosts: readonly FakeHost[]): Health => ({
  look: (target) =>
    sim.ask(life, `asks the service on ${target.host.id}`, () => {
      const host = hosts.find(({ address }) => address === target.host.address);
      return lookAtService(sim, host);
    }),
});

function lookAtService(sim: Sim, host: FakeHost | undefined): Look {
  const running = packageBy(host?.run?.digest);
  const warm = (host?.run?.since ?? Infinity) + WARM_UP_MILLISECONDS <= sim.scheduler.now();
  const unreachable = (host?.unreachableUntil ?? 0) > sim.scheduler.now();
  if (!running || !warm || unreachable) return { kind: 'silent', sentence: 'connection refused' };
  const healthy = running.quality === 'good' || sim.isOff('health');
  return {
    kind: 'answered',
    healthy,
    status: healthy ? 200 : 503,
    version: healthy ? running.version : null,
    milliseconds: 3,
  };
}
