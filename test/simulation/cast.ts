/** Who and what there is in a simulated project: people, sites, hosts, environments. */
import type { Content } from '#core/content';
import type { Policy } from '#core/policy';
import type { Site } from '#core/site';
import type { Chance } from './chance';
import { PACKAGES } from './packages';
import type { FakePackage } from './packages';

export const PROJECT = '10000';

export const DEV = 'dev';
export const LEAD = 'lead';
export const BACKUP = 'backup';
export const BOSS = 'boss';
export const ADMIN = 'admin';
const STRANGER = 'stranger';

/** Whoever may be caught clicking. */
export const PEOPLE = [DEV, LEAD, BACKUP, BOSS, STRANGER] as const;

/** Whom Jira lets edit issues. */
export const EDITORS = [DEV, LEAD, BOSS] as const;

const SIT: Policy['environments'][number] = { id: 'SIT', approvals: [], starters: 'testers' };

const PROD: Policy['environments'][number] = {
  id: 'PROD',
  approvals: [
    { label: 'Leader', count: 1, from: { kind: 'leaders' } },
    { label: 'Product', count: 1, from: { kind: 'accounts', accountIds: [BOSS, BACKUP] } },
  ],
  starters: 'leaders',
};

/** SIT, PROD, or both in a row. */
export const drawPolicy = (chance: Chance): Policy => ({
  version: 1,
  environments: chance.pick([[SIT], [PROD], [SIT, PROD]]),
  testers: [DEV],
  dbas: [BACKUP],
  operators: [LEAD],
});

/** The policy with one more approval in its last environment: a running release must not care. */
export function stricter(policy: Policy): Policy {
  const label = `Extra ${policy.version}`;
  const extra = { label, count: 1, from: { kind: 'accounts' as const, accountIds: [BACKUP] } };
  return {
    ...policy,
    environments: policy.environments.map((environment, index) =>
      index === policy.environments.length - 1
        ? { ...environment, approvals: [...environment.approvals, extra] }
        : environment,
    ),
  };
}

/** A site with one to three hosts per environment of the policy; the addresses are its own. */
export function drawSite(
  chance: Chance,
  { environments }: Pick<Policy, 'environments'>,
  id: string,
  serial: number,
): Site {
  const place = (environment: number) => ({
    hosts: Array.from({ length: chance.between(1, 3) }, (_, index) => ({
      id: `h${index + 1}`,
      name: `${id}-${environment}-${index + 1}`,
      address: `10.${serial}.${environment}.${index + 1}`,
      sshPort: 22,
      room: 'r1',
    })),
    basePath: `/srv/${id}`,
    servicePort: 8080,
    healthPath: '/healthz',
    versionPath: '/version',
  });
  // All are drawn, so that a policy of fewer shifts nothing else.
  const places = Object.entries({ SIT: place(1), PROD: place(2) });
  return {
    id,
    name: id,
    appType: 'generic',
    packageName: id,
    store: 'packages',
    leader: LEAD,
    backup: BACKUP,
    environments: Object.fromEntries(
      places.filter(([name]) => environments.some((environment) => environment.id === name)),
    ),
  };
}

/** The site without its last host, as long as one is left. */
export function smaller(site: Site): Site {
  const environments = Object.entries(site.environments).map(
    ([id, place]) => [id, { ...place, hosts: place.hosts.slice(0, -1) }] as const,
  );
  const kept = environments.every(([, { hosts }]) => hosts.length > 0);
  return kept ? { ...site, environments: Object.fromEntries(environments) } : site;
}

/** Mostly a package that works. */
export const drawPackage = (chance: Chance): FakePackage =>
  chance.happens(0.75)
    ? chance.pick(PACKAGES.filter(({ quality }) => quality === 'good'))
    : chance.pick(PACKAGES);

export const contentOf = (sites: readonly string[], pack: FakePackage): Content => ({
  kind: 'Minor',
  sql: [],
  config: [],
  code: sites.map((site) => ({ site, version: pack.version, artifactSha256: pack.sha256 })),
});
