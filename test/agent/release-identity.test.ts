import { describe, expect, test } from '@jest/globals';
import { isNewest, isPlanned } from '../../agent/release-identity';

const artifactSha256 = 'a'.repeat(64);
const [first, second, other] = ['1', '2', '3'].map((digit) => digit.repeat(64));
const mergedAs = (digest = '') => ({ digest, version: '1.1.0', artifactSha256 });
const plain = { digest: artifactSha256, version: '1.1.0' };

describe('a release on a host is the plan’s', () => {
  test('by its package alone, where the plan merged nothing', () => {
    const planned = { artifactSha256, merged: [] };

    expect([plain, mergedAs(first)].map((found) => isPlanned(found, planned))).toEqual([
      true,
      true,
    ]);
    expect(isPlanned({ ...plain, digest: 'b'.repeat(64) }, planned)).toBe(false);
    expect(isPlanned(null, planned)).toBe(false);
    expect(isNewest(plain, planned)).toBe(true);
    expect(isNewest(null, planned)).toBe(false);
  });

  test('by its merged digest, where it did; only the last of them is the newest', () => {
    const planned = { artifactSha256, merged: [first ?? '', second ?? ''] };
    const found = [plain, mergedAs(first), mergedAs(second), mergedAs(other)];

    expect(found.map((each) => isPlanned(each, planned))).toEqual([false, true, true, false]);
    expect(found.map((each) => isNewest(each, planned))).toEqual([false, false, true, false]);
  });
});
