import { describe, expect, test } from '@jest/globals';
import {
  activateRelease,
  installHelper,
  readState,
  stageRelease,
  startRelease,
} from '../../../agent/commands/host-helper';
import { commandLine } from '../../../agent/commands/quote';

const HELPER = 'e'.repeat(64);
const DIGEST = 'a'.repeat(64);
const FORMER = 'b'.repeat(64);
const order = { basePath: '/srv/shop', fence: 7, job: '10001.9', digest: DIGEST, version: '1.1.0' };

const CALL = `'sh' '-c' 'test -f "$0" || exit 79; exec sh "$0" "$@"' '/srv/shop/.interlock/helper-${HELPER}'`;

describe('what is typed on a host', () => {
  test('state', () => {
    expect(commandLine(readState('/srv/shop', HELPER, 7))).toBe(`${CALL} 'state' '/srv/shop' '7'`);
    expect(commandLine(readState('/srv/shop', HELPER, 7, DIGEST))).toMatch(`'7' '${DIGEST}'`);
  });

  test('stage, with the package on stdin', () => {
    expect(commandLine(stageRelease(order, HELPER, { sizeBytes: 10, unpackedBytes: 20 }, 5))).toBe(
      `${CALL} 'stage' '/srv/shop' '7' '10001.9' '${DIGEST}' '1.1.0' '30' '5'`,
    );
  });

  test('activate', () => {
    expect(commandLine(activateRelease(order, HELPER))).toBe(
      `${CALL} 'activate' '/srv/shop' '7' '10001.9' '${DIGEST}' '1.1.0' '-'`,
    );
    expect(commandLine(activateRelease(order, HELPER, FORMER))).toMatch(`'1.1.0' '${FORMER}'`);
  });

  test('start', () => {
    expect(commandLine(startRelease(order, HELPER, { port: 8080, script: 'bin/start' }))).toBe(
      `${CALL} 'start' '/srv/shop' '7' '10001.9' '${DIGEST}' '1.1.0' '8080' 'bin/start'`,
    );
  });

  test('the helper’s own installation', () => {
    expect(commandLine(installHelper('/srv/shop', HELPER))).toBe(
      [
        `'sh' '-c' 'umask 022 && mkdir -p "$1" && chmod 700 "$1" && cat >"$2.$$"`,
        `&& echo "$3  $2.$$" | sha256sum -c - >/dev/null && mv -fT "$2.$$" "$2"'`,
        `'interlock-install' '/srv/shop/.interlock' '/srv/shop/.interlock/helper-${HELPER}' '${HELPER}'`,
      ].join(' '),
    );
  });

  test('no operation has more than eight words after the helper’s name', () => {
    const longest = stageRelease(order, HELPER, { sizeBytes: 10, unpackedBytes: 20 }, 5);

    expect(longest.slice(4)).toHaveLength(8);
  });
});
