/** A site: an application as it is deployed, with its hosts per environment. */

export interface Host {
  readonly id: string;
  readonly name: string;
  /** An IP address or a name that the agent's file must allow. */
  readonly address: string;
  readonly sshPort: number;
  readonly room: string;
}

/** Where and how a site lives in one environment. */
export interface SiteEnvironment {
  readonly hosts: readonly Host[];
  /** Absolute directory on each host; releases live below it. */
  readonly basePath: string;
  readonly servicePort: number;
  readonly healthPath: string;
  /** Answers the running version as text or as JSON with `version`; absent: health alone decides. */
  readonly versionPath?: string;
  /** The package's own start script, below its root; absent: `bin/start`. Where there is none, the common one starts `bin/run`. */
  readonly startScript?: string;
  /** The backend of the load balancer that these hosts stand behind, for people: nothing switches it yet. */
  readonly balancerBackend?: string;
}

export type AppType = 'generic';

export interface Site {
  readonly id: string;
  readonly name: string;
  readonly appType: AppType;
  /** The package's name in its store; the file is `<packageName>-<version>.tar.gz`. */
  readonly packageName: string;
  /** Logical id of the store; the agent's file maps it. */
  readonly store: string;
  /** Only agents that were enrolled for this group serve it; absent: agents without a group do. */
  readonly group?: string;
  /** Where its source lies, for people. */
  readonly repository?: string;
  /** Account ids. Either may act; a site always has a leader. */
  readonly leader: string;
  readonly backup?: string;
  readonly environments: Readonly<Record<string, SiteEnvironment>>;
}

/** How the site lives in an environment; undefined where it does not. */
export const placeOf = (site: Site, environment: string): SiteEnvironment | undefined =>
  Object.hasOwn(site.environments, environment) ? site.environments[environment] : undefined;

/** The people who lead a site. */
export const leadersOf = (site: Site): readonly string[] =>
  site.backup === undefined ? [site.leader] : [site.leader, site.backup];

/** The name of what only one release may change at a time: a project's site in an environment. */
export const siteScope = (project: string, siteId: string, environment: string): string =>
  `${project}:${siteId}:${environment}`;

/** A database of the customer's network; every project reaches the same one. */
export const databaseScope = (database: string, environment: string): string =>
  `db:${database}:${environment}`;

/** A namespace of an application in a configuration centre. */
export const namespaceScope = (
  centre: string,
  application: string,
  namespace: string,
  environment: string,
): string => `ns:${centre}:${application}:${namespace}:${environment}`;
