import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const ROOT = resolve(__dirname, '../..');

const Versions = z.record(z.string(), z.string()).default({});
const LockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({ resolved: z.string().optional(), optionalDependencies: Versions }),
  ),
});
const PackageFile = z.object({
  dependencies: Versions,
  devDependencies: Versions,
  optionalDependencies: Versions,
});

describe('package-lock.json', () => {
  const { packages } = LockFile.parse(readJson('package-lock.json'));

  test('names no download address, so that every machine uses its own registry', () => {
    const addresses = Object.values(packages).flatMap(({ resolved }) => resolved ?? []);

    expect(addresses).toEqual([]);
  });

  // npm ci refuses a lock file without them ("Missing: … from lock file"). npm leaves out what the registry did not
  // have on the day of npm install: then take the newest version of the package that it has for every platform.
  test('holds every package for every platform, also those that this machine does not install', () => {
    const missing = Object.entries(packages).flatMap(([folder, { optionalDependencies }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !isReachable(folder, name))
        .map((name) => `${name}, wanted by ${folder}`),
    );

    expect(missing).toEqual([]);
  });

  /** Node looks for a package in the folder that wants it, then in each folder above. */
  function isReachable(folder: string, name: string): boolean {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in packages) return true;
    return folder !== '' && isReachable(folderAbove(folder), name);
  }
});

describe('package.json', () => {
  test('pins every package to one version', () => {
    const { dependencies, devDependencies, optionalDependencies } = PackageFile.parse(
      readJson('package.json'),
    );

    const ranges = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter(([, version]) => !/^(npm:[@a-z/-]+@)?\d+\.\d+\.\d+$/.test(version))
      .map(([name, version]) => `${name}@${version}`);

    expect(ranges).toEqual([]);
  });
});

function folderAbove(folder: string): string {
  const end = folder.lastIndexOf('/node_modules/');
  return end === -1 ? '' : folder.slice(0, end);
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
}
