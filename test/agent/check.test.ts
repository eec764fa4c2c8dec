/** `interlock-agent check` finds what would fail later, and says it in one sentence. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { centrePlaces } from '../../agent/centres/centre-places';
import { createSecrets } from '../../agent/centres/secrets';
import { checkConfig } from '../../agent/cli/check';
import { readConfig } from '../../agent/config';
import { scratch } from './support/scratch';

const scratchDirectory = scratch();

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(scratchDirectory, 'check-'));
  file = join(directory, 'agent.yml');
});

/** What check says of an agent.yml with these words; `prepare` comes between the file and the check. */
async function check(words: object, prepare: () => void = () => undefined) {
  const stateDirectory = join(directory, 'state');
  const config = { url: 'http://127.0.0.1:1/x1/agent', stateDirectory, name: 'n', hosts: [] };
  writeFileSync(file, stringify({ ...config, ...words }), { mode: 0o644 });
  prepare();
  const read = readConfig(file);
  if (read.kind === 'invalid') throw new Error(read.sentence);
  const lines: string[] = [];
  const end = await checkConfig(read.config, file, (line) => lines.push(line));
  return { ...end, lines };
}

const aSecret = async (secretsKey?: string) => {
  const stateDirectory = join(directory, 'state');
  const { secrets } = centrePlaces({ stateDirectory, ...(secretsKey && { secretsKey }) });
  await createSecrets(secrets).set('shop-db', 's3cret-value');
  return secrets.keyFile;
};

const inOrder = { exit: 'notEnrolled', sentence: expect.stringContaining('is in order') };

describe('check', () => {
  test('finds a file in order that names nothing', async () => {
    expect(await check({})).toMatchObject(inOrder);
  });

  test.each([0o666, 0o664, 0o646])(
    'refuses an agent.yml of mode %o, which others could widen',
    async (mode) => {
      expect(await check({}, () => chmodSync(file, mode))).toMatchObject({
        exit: 'config',
        sentence: `${file} may be changed by others than its owner, and it bounds what Jira may ask of this machine; run: chmod go-w ${file}`,
      });
    },
  );

  describe('of a unit that systemd knows', () => {
    const path = process.env['PATH'];
    const local = { match: '127.0.0.1/32', transport: 'local', runAs: 'nobody-of-this-name' };
    const hosts = [{ ...local, environments: ['SIT'], basePath: '/srv', probePorts: [8080] }];
    afterEach(() => {
      process.env['PATH'] = path;
    });

    /** A systemctl that shows the unit so; systemd's own words, `man systemctl`. */
    const systemctl = (config: string, forbids: 'yes' | 'no') => (): void => {
      const program = '/usr/local/bin/interlock-agent';
      const argv = `${program} run --config ${config}`;
      const words = `ExecStart={ path=${program} ; argv[]=${argv} ; ignore_errors=no }\nNoNewPrivileges=${forbids}\n`;
      const bin = join(directory, 'bin');
      mkdirSync(bin);
      writeFileSync(join(bin, 'systemctl'), `#!/bin/sh\nprintf '%s' '${words}'\n`, { mode: 0o755 });
      process.env['PATH'] = `${bin}:${path ?? ''}`;
    };

    test('says that the service may not use sudo, though this shell may', async () => {
      expect(await check({ hosts }, () => systemctl(file, 'yes')())).toMatchObject({
        exit: 'config',
        sentence: `${file}: runAs is nobody-of-this-name, and the unit interlock-agent has NoNewPrivileges=yes, so the service may not use sudo, whatever this shell may; run: systemctl edit interlock-agent, write NoNewPrivileges=no below [Service], then run: systemctl restart interlock-agent`,
      });
    });

    test('goes on where the service may, and where the unit is of another agent', async () => {
      const goesOn = { sentence: expect.stringContaining('may run nothing as that user') };
      const allowed = await check({ hosts }, () => systemctl(file, 'no')());
      expect(allowed).toMatchObject(goesOn);
      expect(allowed.lines).toContain('ok  unit interlock-agent  may use sudo');
      rmSync(join(directory, 'bin'), { recursive: true });
      expect(
        await check({ hosts }, () => systemctl('/etc/interlock/agent.yml', 'yes')()),
      ).toMatchObject(goesOn);
    });
  });

  const asRoot = process.getuid?.() === 0;
  test(
    asRoot ? 'refuses an agent.yml of somebody else' : 'warns of an agent.yml of its own user',
    async () => {
      const end = await check({}, () => asRoot && chownSync(file, 65_534, 65_534));

      if (asRoot)
        expect(end).toMatchObject({
          exit: 'config',
          sentence: `${file} belongs to user 65534, who could change what Jira may ask of this machine; run: chown root ${file}`,
        });
      else expect(end.lines).toContainEqual(expect.stringMatching(/^warning {2}/));
    },
  );

  test('refuses an ssh key that is none, or that has a passphrase', async () => {
    const key = join(directory, 'id');
    const rule = { match: '10.0.0.1', user: 'deploy', key, knownHosts: key, environments: ['SIT'] };
    const hosts = [{ ...rule, basePath: '/srv', probePorts: [80] }];
    const refused = {
      exit: 'config',
      sentence: `${file}: hosts.0.key is "${key}", which holds no private key that opens without a passphrase; put one there, readable for this user alone.`,
    };

    expect(await check({ hosts }, () => writeFileSync(key, 'no key\n'))).toMatchObject(refused);
    rmSync(key);
    const words = ['-q', '-t', 'ed25519', '-f', key];
    const make = (phrase: string) => () => execFileSync('ssh-keygen', [...words, '-N', phrase]);
    expect(await check({ hosts }, make('secret phrase'))).toMatchObject(refused);
    rmSync(key);
    expect(await check({ hosts }, make(''))).toMatchObject(inOrder);
  });

  test('refuses a centre whose directory is none and cannot be made; what can be made is told', async () => {
    const centre = (place: string) => ({
      centres: [{ id: 'files', environments: ['SIT'], kind: 'files', directory: place }],
    });
    const blocked = join(directory, 'blocked');
    writeFileSync(blocked, '');

    for (const place of [blocked, join(blocked, 'centre')])
      expect(await check(centre(place))).toMatchObject({
        exit: 'config',
        sentence: `${file}: centres.0.directory is "${place}", where this user cannot keep a centre's files; make that directory for the agent's user, or correct the path.`,
      });
    const later = join(directory, 'later/centre');
    expect(await check(centre(later))).toMatchObject({
      ...inOrder,
      lines: expect.arrayContaining([
        `absent  centres.0.directory  ${later}  the first change makes it; copy it there if another agent has one`,
      ]),
    });
    mkdirSync(later, { recursive: true });
    expect(await check(centre(later))).toMatchObject(inOrder);
  });

  test('refuses a secret that is named and not set', async () => {
    const secrets = [{ name: 'shop-db', environments: ['SIT'] }];

    expect(await check({ secrets })).toMatchObject({
      exit: 'config',
      sentence: `${file}: secrets.0.name is "shop-db", and no secret of that name is kept here; run: interlock-agent secret set shop-db`,
    });
    await aSecret();
    expect(await check({ secrets })).toMatchObject(inOrder);
  });

  test('refuses secrets whose key is gone, also where agent.yml names none of them', async () => {
    const secretsKey = join(directory, 'secrets.key');
    await aSecret(secretsKey);
    expect(await check({ secretsKey })).toMatchObject(inOrder);

    rmSync(secretsKey);

    expect(await check({ secretsKey })).toMatchObject({
      exit: 'config',
      sentence: `The secret shop-db cannot be decrypted with ${secretsKey}; put that key back, or set the secret anew: interlock-agent secret set shop-db`,
    });
  });

  test('refuses a secretsKey that lies beside the secrets, or where none can be made', async () => {
    const beside = join(directory, 'state/secrets/key');
    expect(await check({ secretsKey: beside })).toMatchObject({
      exit: 'config',
      sentence: expect.stringMatching(/beside the secrets that it opens/),
    });
    const blocked = join(directory, 'blocked');
    writeFileSync(blocked, '');
    const nowhere = join(blocked, 'secrets.key');
    expect(await check({ secretsKey: nowhere })).toMatchObject({
      exit: 'config',
      sentence: `${file}: secretsKey is "${nowhere}", which is not there and cannot be made by this user; make its directory for the agent's user, or correct the path.`,
    });
  });
});
