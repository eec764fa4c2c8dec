/** What the killed agent's release carries, where its shop lives, and what agent.yml lets it touch. */
import { join } from 'node:path';
import type { DatabaseRule } from '../../../agent/sql/database-rule';
import { aHost, aSite } from '../../support/builders';
import { setKey, written } from '../../support/written-content';
import { BROKEN } from './crash-place';
import type { CrashPlace } from './crash-place';
import { SCRIPTS } from './target-database';
import type { StillHost, TargetHost } from './target-host';

/** The only one. */
export const HOST = 'web1';

/** How long a life waits for the app. */
export const DEADLINES = { appConnectSeconds: 10, appFirstByteSeconds: 10, appTotalSeconds: 20 };

const CHANGES = ['colours.json', 'limits.json'].map((namespace) => ({
  id: namespace.replace('.', '-'),
  namespace,
  keys: [setKey('door', 'red')],
}));

const codeOf = ({ packages }: CrashPlace, version: string) => ({
  site: 'shop',
  version,
  artifactSha256: packages[version] ?? '',
});

/** One script for the database. */
export const scriptsFor = ({ engine }: DatabaseRule) =>
  written([{ id: 's', name: 's.sql', text: `${SCRIPTS[engine].join(';\n')};` }], [], { code: [] });

/** Code for the host, with configuration where that adds to the story. */
export function codeFor(place: CrashPlace, is: { broken: boolean; configured: boolean }) {
  const version = is.broken ? BROKEN : '1.1.0';
  return written([], is.configured ? CHANGES : [], { code: [codeOf(place, version)] });
}

/** The shop lives in the point's own directory and on its own port, of the one OpenSSH host. */
export function siteOf({ ssh }: CrashPlace, host: TargetHost | StillHost) {
  const place = {
    hosts: [aHost({ id: HOST, name: 'web-1', address: ssh.address, sshPort: ssh.port })],
    basePath: host.base,
    servicePort: 'port' in host ? host.port : 8080,
    healthPath: '/healthz',
    versionPath: '/version',
  };
  return aSite({ store: 'packages', environments: { SIT: place } });
}

interface ConfigParts {
  readonly directory: string;
  readonly url: string;
  readonly base: string;
  readonly rule: DatabaseRule | undefined;
}

/** agent.yml, which JSON is too. */
export function configOf(
  { ssh, directory: shared }: CrashPlace,
  { directory, url, base, rule }: ConfigParts,
) {
  const environments = ['SIT'];
  return {
    url,
    stateDirectory: join(directory, 'state'),
    name: 'mortal',
    hosts: [
      {
        ...{ match: '127.0.0.0/8', ports: [ssh.port], environments, probePorts: ['1024-65535'] },
        ...{ user: ssh.user, key: ssh.key, knownHosts: ssh.knownHosts, basePath: base },
      },
    ],
    stores: [{ id: 'packages', kind: 'directory', path: join(shared, 'packages') }],
    databases: rule ? [rule] : [],
    centres: [{ id: 'files', environments, kind: 'files', directory: join(directory, 'centre') }],
    limits: { healthSeconds: 600, ...DEADLINES },
  };
}
