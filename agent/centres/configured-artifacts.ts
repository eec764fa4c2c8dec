/** Packages with the site's configuration in them; where the agent keeps none, the packages as they are. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { guardArchive } from '../archive-guard';
import type { Limits } from '../config';
import { digestOf, PACKET_BYTES, readFrom } from '../open-file';
import type { Artifacts, OpenArtifact } from '../ports/artifacts';
import type { Centres } from './centres';
import { codeOf } from './durable-file';
import { mergePackage } from './merge-package';
import type { AddedFile } from './merge-package';
import { siteFiles } from './site-files';

type Opened = Awaited<ReturnType<Artifacts['open']>>;

interface Workshop {
  readonly centres: Centres;
  readonly limits: Limits;
  /** Merged packages are written here, and have no name there once they are open: they hold secrets. */
  readonly directory: string;
}

/** The file in a merged package that names the approved one; hosts report it. */
const PACKAGE_FILE = '.interlock-package';

/** Merges what the centres hold for a site into the packages of another source. */
export const withConfiguration = (artifacts: Artifacts, workshop: Workshop): Artifacts => ({
  open: async (artifact, environment, site) => {
    const found = await siteFiles(workshop.centres, site, environment);
    if (found.kind === 'refused') return found;
    const opened = await artifacts.open(artifact, environment, site);
    if (found.files.length === 0 || opened.kind === 'refused') return opened;
    try {
      return await merge(opened.artifact, found.files, artifact.file, workshop);
    } finally {
      await opened.artifact.close();
    }
  },
});

async function merge(
  artifact: OpenArtifact,
  files: readonly AddedFile[],
  name: string,
  { directory, limits }: Workshop,
): Promise<Opened> {
  const target = join(directory, `${randomUUID()}.tar.gz`);
  const mark = { path: PACKAGE_FILE, text: `${artifact.sha256}\n`, mode: 0o644 };
  let file: FileHandle;
  try {
    // One job runs at a time: what lies here is a merge that was cut short, secrets and all.
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await mergePackage({ packed: artifact.read(), files: [...files, mark], target });
    file = await open(target, 'r');
  } catch (cause) {
    return refuse(
      'capacity',
      `The package ${name} could not be merged with its configuration in ${directory} (${codeOf(cause)}); look at that disk, then retry.`,
    );
  } finally {
    // Where nothing was written there is nothing to take away.
    await unlink(target).catch(() => undefined);
  }
  try {
    const judged = await judge(file, name, limits);
    if (judged.kind === 'refused') await file.close();
    return judged;
  } catch (cause) {
    await file.close();
    return refuse(
      'capacity',
      `The package ${name} with its configuration could not be read back in ${directory} (${codeOf(cause)}); look at that disk, then retry.`,
    );
  }
}

/** The merged archive passes the same guard: nothing in it stands twice, nothing lies outside it. */
async function judge(file: FileHandle, name: string, limits: Limits): Promise<Opened> {
  const { size } = await file.stat();
  // A disk that fails throws here; the guard would take it for a damaged archive.
  const sha256 = await digestOf(file);
  const verdict = await guardArchive(Readable.from(readFrom(file)), {
    packedBytes: size,
    unpackedMaxBytes: limits.unpackedMaxBytes,
    reserved: ['.interlock-release'],
  });
  if (verdict.kind === 'refused') {
    return refuse(
      'package',
      `The package ${name} with its configuration ${verdict.problem}; take that file out of the package, or out of the centre.`,
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

const refuse = (failureClass: 'package' | 'capacity', sentence: string): Opened => ({
  kind: 'refused',
  failure: { class: failureClass, sentence },
});
