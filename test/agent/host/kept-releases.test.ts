/** Which old releases a host keeps, and which it takes away. */
import { describe, expect, test } from '@jest/globals';
import { helperHosts, instead } from '../support/helper-host';
import { aPackage, scratch, SLEEPS_FOREVER } from '../support/scratch';
import type { TestPackage } from '../support/scratch';

const directory = scratch();
const made = (name: string): TestPackage =>
  aPackage(directory, name, { 'bin/run': SLEEPS_FOREVER, NAME: name });
const old = made('old');
const bad = made('bad');
const worse = made('worse');
const more = Array.from({ length: 7 }, (_, index) => made(`more-${index}`));
const { aServingHost } = helperHosts(directory, old);

type Host = ReturnType<typeof aServingHost>;

const stagedOn = (host: Host): readonly string[] => host.state().facts?.staged ?? [];

/** Stages packages one after the other, each by a job of its own. */
function stageAll(host: Host, packages: readonly TestPackage[], releasesKept?: number): void {
  for (const [index, what] of packages.entries()) {
    const staging = releasesKept === undefined ? {} : { releasesKept };
    expect(host.stage(what, 10 + index, `k.${index}`, staging).exitCode).toBe(0);
  }
}

const digests = (packages: readonly (TestPackage | undefined)[]): readonly string[] =>
  packages.flatMap((what) => (what ? [what.digest] : [])).sort();

describe('old releases', () => {
  test.each([[2], [5]])('the newest %i stay, and the one that is live [S0-63]', (releasesKept) => {
    const host = aServingHost();

    stageAll(host, more, releasesKept);

    expect([...stagedOn(host)].sort()).toEqual(digests([old, ...more.slice(-releasesKept)]));
  });

  test('what is live, what was live before it, and what was last seen healthy stay [S0-63]', () => {
    const host = aServingHost();
    host.praise(old);
    for (const [index, what] of [bad, worse].entries()) {
      host.stage(what, 2 + index, `j.${index}`);
      host.activate(what, 2 + index, `j.${index}`);
    }
    expect(host.state().facts).toMatchObject({
      current: { digest: worse.digest },
      previous: { digest: bad.digest },
    });

    stageAll(host, more, 1);

    expect([...stagedOn(host)].sort()).toEqual(digests([old, bad, worse, more.at(-1)]));
  });

  test('what still runs stays, though two releases after it were switched to and not started', () => {
    const host = aServingHost();
    for (const [index, what] of [bad, worse].entries()) {
      host.stage(what, 2 + index, `j.${index}`);
      host.activate(what, 2 + index, `j.${index}`);
    }

    stageAll(host, more, 1);

    expect(stagedOn(host)).toContain(old.digest);
  });

  test('only what is current can be the last one that was seen healthy', () => {
    const host = aServingHost();
    host.stage(bad, 2, 'j.2');
    host.praise(bad, 2);

    stageAll(host, more, 1);

    expect(stagedOn(host)).not.toContain(bad.digest);
  });
});

/** A disk of its own: each release takes 30,000 KB, and one package needs 51,201 KB to spare. */
const diskOf = (host: Host, kilobytes: number): NodeJS.ProcessEnv => {
  instead(host, 'du', `echo "30000\t$2"`);
  const releases = `set -- ${host.base}/releases/[0-9a-f]*; [ -e "$1" ] || shift`;
  const rest = `echo head; echo "disk 1 1 $((${kilobytes} - $# * 30000)) 1% /"`;
  return instead(host, 'df', `${releases}\n${rest}`);
};

describe('a disk without room for a package', () => {
  test('makes room from the oldest releases first, and only as much as it takes [S0-63]', () => {
    const host = aServingHost();
    stageAll(host, more.slice(0, 4));

    const env = diskOf(host, 5 * 30_000 + 20_000);
    const { exitCode, stderr } = host.stage(bad, 20, 'l.1', { env });

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect([...stagedOn(host)].sort()).toEqual(digests([old, bad, ...more.slice(2, 4)]));
  });

  test('refuses the package and takes nothing away where even that would not do', () => {
    const host = aServingHost();
    stageAll(host, more.slice(0, 3));

    const env = diskOf(host, 4 * 30_000 - 45_000);
    const { exitCode, stderr, stdout } = host.stage(bad, 20, 'l.1', { env });

    expect({ exitCode, stdout }).toEqual({ exitCode: 72, stdout: '' });
    expect(stderr).toMatch(/KB free and the package needs .* KB; old releases hold 90000 KB\.$/);
    expect([...stagedOn(host)].sort()).toEqual(digests([old, ...more.slice(0, 3)]));
  });

  test('never takes what is live for room', () => {
    const host = aServingHost();

    const refused = host.stage(bad, 20, 'l.1', { env: diskOf(host, 60_000) });

    expect(refused.exitCode).toBe(72);
    expect(stagedOn(host)).toEqual([old.digest]);
  });
});
