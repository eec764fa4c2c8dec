import { describe, expect, test } from '@jest/globals';
import { chunkOf, chunksOf } from '#app/host-chunks';
import { CHANGES_MAX } from '#app/ports';
import type { Content } from '#core/content';
import { sha256 } from '#forge/sha256';
import {
  aConfigChange,
  aContent,
  aPlan,
  aScript,
  aSite,
  PACKAGE_DIGEST,
  someHosts,
} from '../support/builders';

const planOf = (hosts: number) => aPlan({ sites: [aSite({ hosts: someHosts(hosts) })] });

describe('the chunks of host states', () => {
  test.each([
    [1, 1],
    [250, 1],
    [251, 2],
    [1_000, 4],
    [10_000, 23],
  ])('%d hosts are kept in %d', (hosts, chunks) => {
    expect(chunksOf(planOf(hosts))).toBe(chunks);
  });

  test('fit with their job and its acts into one transaction, even if a report touches all of them', () => {
    expect(chunksOf(planOf(10_000)) + 2).toBeLessThanOrEqual(CHANGES_MAX);
  });

  test('count the hosts of all sites, each once', () => {
    const code = ['shop', 'pay'].map((site) => ({
      site,
      version: '1.0.0',
      artifactSha256: PACKAGE_DIGEST,
    }));
    const hosts = someHosts(200);
    const sites = [aSite({ hosts }), aSite({ id: 'pay', hosts })];

    expect(chunksOf(aPlan({ content: aContent({ code }), sites }))).toBe(2);
  });

  test('count scripts, configuration changes and their way back as well', () => {
    const sql = Array.from({ length: 100 }, (_, at) => aScript({ id: `script-${at}` }));
    const config = [aConfigChange(), aConfigChange({ id: 'more', namespace: 'more' })];
    const sites = [aSite({ hosts: someHosts(146) })];
    const chunks = (over: Partial<Content>) =>
      chunksOf(aPlan({ content: aContent({ sql, config, ...over }), sites }));

    expect(chunks({})).toBe(1);
    expect(chunks({ config: [...config, aConfigChange({ id: 'last', namespace: 'last' })] })).toBe(
      2,
    );
  });

  test('fill evenly, and a host is always in the same', () => {
    const counts = new Map<number, number>();
    for (const { id } of someHosts(10_000)) {
      const chunk = chunkOf(id, 24, sha256);
      expect(chunkOf(id, 24, sha256)).toBe(chunk);
      counts.set(chunk, (counts.get(chunk) ?? 0) + 1);
    }

    expect(counts.size).toBe(24);
    expect(Math.max(...counts.values())).toBeLessThan(600);
  });
});
