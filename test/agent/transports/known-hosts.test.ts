import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findKnownHost, narrowTo } from '../../../agent/transports/known-hosts';

const names = fc.constantFrom('10.0.0.1', '[10.0.0.1]:2222', '[10.0.0.11]:2222', 'Web-1,10.0.0.1');
const markers = fc.constantFrom('', '', '@revoked ', '@cert-authority ', '# ');
const key = fc.constantFrom('AAAAC3Nza1', 'AAAAC3Nza2');
const line = fc.oneof(
  fc
    .tuple(markers, names, key)
    .map(([mark, name, base64]) => `${mark}${name} ssh-ed25519 ${base64}`),
  fc.constantFrom('', '|1|abc|def ssh-ed25519 AAAA', '  10.0.0.1 ssh-rsa AAAAB3'),
);

describe('what is kept of known_hosts for a connection', () => {
  test('says of its place what the whole file says', () => {
    const places = fc.constantFrom(
      { address: '10.0.0.1', port: 22 },
      { address: '10.0.0.1', port: 2222 },
      { address: 'web-1', port: 22 },
    );
    fc.assert(
      fc.property(fc.array(line), places, (lines, { address, port }) => {
        const text = lines.join('\n');
        expect(findKnownHost(narrowTo(text, address, port), address, port)).toEqual(
          findKnownHost(text, address, port),
        );
      }),
    );
  });

  test('does not hold the lines of other hosts', () => {
    const lines = Array.from(
      { length: 500 },
      (_, host) => `10.1.0.${String(host)} ssh-ed25519 AAAA`,
    );
    expect(narrowTo(lines.join('\n'), '10.1.0.499', 22)).toBe('10.1.0.499 ssh-ed25519 AAAA');
  });
});
