import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SCRIPT = resolve(__dirname, '../../scripts/system-packages');
const ORDINARY_USER = 'echo 1000';
const ROOT_USER = 'echo 0';

/** An apt-get that notes what it is asked, and brings the commands that the test looks for. */
const APT_GET = `
  echo "$*" >> "$(dirname "$0")/asked"
  if [ "$1" = install ]; then
    for name in chromium sshd faketime curl openssl mariadbd haproxy systemd-analyze sudo; do
      printf '#!/bin/sh\\n' > "$(dirname "$0")/$name"; chmod +x "$(dirname "$0")/$name"
    done
    /bin/mkdir -p "$(dirname "$0")/postgresql/15/bin"
    : > "$(dirname "$0")/postgresql/15/bin/postgres"
  fi`;

/** A machine in miniature: the only folder on the PATH, apart from the system's sbin. */
let machine = '';

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'interlock-machine-'));
  for (const tool of ['env', 'dirname', 'chmod']) {
    symlinkSync(`/usr/bin/${tool}`, join(machine, tool));
  }
});

afterEach(() => {
  rmSync(machine, { recursive: true, force: true });
});

describe('the system packages of the tests', () => {
  test('are named when this system has no apt-get', () => {
    give('id', ROOT_USER);

    const { status, stderr } = run();

    expect(status).toBe(1);
    expect(stderr).toMatch(/^npm test needs these system packages: chromium .*postgresql\. It/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('are named with the command that installs them when the user may not', () => {
    give('id', ORDINARY_USER);
    give('apt-get', APT_GET);

    const { status, stderr } = run();

    expect(status).toBe(1);
    expect(stderr).toMatch(/Install them as root with: apt-get install chromium .*faketime/);
  });

  test('are installed by root', () => {
    give('id', ROOT_USER);
    give('apt-get', APT_GET);

    const { status, stderr } = run();

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const asked = readFileSync(join(machine, 'asked'), 'utf8').trim().split('\n');
    expect(asked[0]).toBe('update -q');
    expect(asked[1]).toMatch(/^install -q -y --no-install-recommends chromium .*faketime/);
  });

  test('are installed through a sudo that asks no password', () => {
    give('id', ORDINARY_USER);
    give('apt-get', APT_GET);
    give('sudo', 'shift; exec "$@"');
    give('true', '');

    expect(run().status).toBe(0);
  });

  test('need no apt-get when they are all there', () => {
    for (const command of [
      'chromium',
      'sshd',
      'faketime',
      'curl',
      'openssl',
      'mariadbd',
      'haproxy',
      'systemd-analyze',
      'sudo',
    ])
      give(command, '');
    mkdirSync(join(machine, 'postgresql/15/bin'), { recursive: true });
    give('postgresql/15/bin/postgres', '');

    expect(run()).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });
});

function give(command: string, script: string): void {
  writeFileSync(join(machine, command), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

const run = () =>
  spawnSync('/bin/bash', [SCRIPT], {
    env: { PATH: machine, POSTGRESQL_VERSIONS: join(machine, 'postgresql') },
    encoding: 'utf8',
    stdio: 'pipe',
  });
