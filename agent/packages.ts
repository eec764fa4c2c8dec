/** Packages in the stores of agent.yml: opened once, judged, and sent from the same open file. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { CodeStep } from '#core/plan-step';
import { guardArchive } from './archive-guard';
import { storeFor } from './bounds';
import type { Bounds } from './bounds';
import type { Limits } from './config';
import { digestOf, PACKET_BYTES, readFrom } from './open-file';
import type { Artifacts } from './ports/artifacts';

/** A pipe would otherwise be waited for until somebody writes to it. Source: open(2). */
const OPENING = constants.O_RDONLY | constants.O_NONBLOCK;

type Opened = Awaited<ReturnType<Artifacts['open']>>;

/** The packages that agent.yml's stores hold. */
export const createArtifacts = (bounds: Bounds, limits: Limits): Artifacts => ({
  open: async (artifact, environment) => {
    const store = storeFor(artifact.store, environment, bounds.stores);
    if (!store) {
      return refuse(
        'permission',
        `${bounds.file} has no store ${artifact.store} for ${environment}; add it there, or correct the site's store.`,
      );
    }
    const path = join(store.path, artifact.file);
    let file: FileHandle;
    try {
      file = await open(path, OPENING);
    } catch (cause) {
      return refuse('package', sentenceFor(path, cause));
    }
    try {
      const judged = await judge(file, path, artifact, limits);
      if (judged.kind === 'refused') await file.close();
      return judged;
    } catch {
      await file.close();
      return refuse(
        'package',
        `The package ${path} could not be read to its end; look at the disk of the store, then retry.`,
      );
    }
  },
});

async function judge(
  file: FileHandle,
  path: string,
  { sha256 }: CodeStep['artifact'],
  limits: Limits,
): Promise<Opened> {
  const stat = await file.stat();
  if (!stat.isFile()) {
    return refuse(
      'package',
      `The package ${path} is no plain file; put the package there, or correct the version.`,
    );
  }
  const { size } = stat;
  if (size > limits.packageMaxBytes) {
    return refuse(
      'capacity',
      `The package ${path} has ${size} bytes; packageMaxBytes in agent.yml allows ${limits.packageMaxBytes}.`,
    );
  }
  const found = await digestOf(file);
  if (found !== sha256) {
    return refuse(
      'package',
      `The package ${path} is not the approved one: its SHA-256 is ${found}, and ${sha256} was approved. Put the approved bytes back, or release the new ones.`,
    );
  }
  const verdict = await guardArchive(Readable.from(readFrom(file)), {
    packedBytes: size,
    unpackedMaxBytes: limits.unpackedMaxBytes,
  });
  if (verdict.kind === 'refused') {
    return refuse(
      'package',
      `The package ${path} ${verdict.problem}; nothing of it was sent. Build it anew.`,
    );
  }
  return {
    kind: 'opened',
    artifact: {
      sha256,
      sizeBytes: size,
      unpackedBytes: verdict.unpackedBytes,
      read: () => readFrom(file, PACKET_BYTES),
      close: () => file.close(),
    },
  };
}

/** Why a package cannot be opened, in words. */
function sentenceFor(path: string, cause: unknown): string {
  switch (typeof cause === 'object' && cause && 'code' in cause ? cause.code : undefined) {
    case 'ENOENT':
      return `The package ${path} is not in the store; put it there, or correct the version.`;
    case 'EACCES':
    case 'EPERM':
      return `The package ${path} may not be read by the agent; give the agent's user the right to read it.`;
    default:
      return `The package ${path} cannot be opened by the agent; look at the store, then retry.`;
  }
}

const refuse = (failureClass: 'permission' | 'package' | 'capacity', sentence: string): Opened => ({
  kind: 'refused',
  failure: { class: failureClass, sentence },
});
