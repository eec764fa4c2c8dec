/** A site as it is being written: everything is text as typed, until `siteOf` makes a site of it. */
import type { Host, Site, SiteEnvironment } from '#core/site';

export interface HostDraft {
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly sshPort: string;
  readonly room: string;
}

export interface PlaceDraft {
  readonly hosts: readonly HostDraft[];
  readonly basePath: string;
  readonly servicePort: string;
  readonly healthPath: string;
  readonly versionPath: string;
  readonly startScript: string;
  readonly balancerBackend: string;
}

export interface SiteDraft {
  readonly id: string;
  readonly name: string;
  readonly packageName: string;
  readonly store: string;
  /** Empty: none. */
  readonly group: string;
  /** Empty: not written down. */
  readonly repository: string;
  readonly leader: string;
  /** Empty: none. */
  readonly backup: string;
  readonly places: Readonly<Record<string, PlaceDraft>>;
}

export const NEW_SITE: SiteDraft = {
  id: '',
  name: '',
  packageName: '',
  store: 'main',
  group: '',
  repository: '',
  leader: '',
  backup: '',
  places: {},
};

/** An environment of a site, to be filled in; it takes what another environment says. */
export const newPlace = (other: PlaceDraft | undefined, siteId: string): PlaceDraft => ({
  hosts: [],
  basePath: other?.basePath ?? `/srv/${siteId === '' ? 'app' : siteId}`,
  servicePort: other?.servicePort ?? '8080',
  healthPath: other?.healthPath ?? '/healthz',
  versionPath: other?.versionPath ?? '',
  startScript: other?.startScript ?? '',
  balancerBackend: '',
});

export const siteDraftOf = (site: Site): SiteDraft => ({
  id: site.id,
  name: site.name,
  packageName: site.packageName,
  store: site.store,
  group: site.group ?? '',
  repository: site.repository ?? '',
  leader: site.leader,
  backup: site.backup ?? '',
  places: mapped(site.environments, placeDraftOf),
});

const placeDraftOf = (place: SiteEnvironment): PlaceDraft => ({
  hosts: place.hosts.map((host) => ({ ...host, key: host.id, sshPort: String(host.sshPort) })),
  basePath: place.basePath,
  servicePort: String(place.servicePort),
  healthPath: place.healthPath,
  versionPath: place.versionPath ?? '',
  startScript: place.startScript ?? '',
  balancerBackend: place.balancerBackend ?? '',
});

/** What the form says, as a site; the app judges whether it may be one. */
export const siteOf = (draft: SiteDraft): Site => ({
  id: draft.id.trim(),
  name: draft.name.trim() === '' ? draft.id.trim() : draft.name.trim(),
  appType: 'generic',
  packageName: draft.packageName.trim() === '' ? draft.id.trim() : draft.packageName.trim(),
  store: draft.store.trim(),
  ...(draft.group.trim() !== '' && { group: draft.group.trim() }),
  ...(draft.repository.trim() !== '' && { repository: draft.repository.trim() }),
  leader: draft.leader,
  ...(draft.backup !== '' && { backup: draft.backup }),
  environments: mapped(draft.places, placeOf),
});

const placeOf = (place: PlaceDraft): SiteEnvironment => ({
  hosts: place.hosts.map(hostOf),
  basePath: place.basePath.trim(),
  servicePort: Number(place.servicePort),
  healthPath: place.healthPath.trim(),
  ...(place.versionPath.trim() !== '' && { versionPath: place.versionPath.trim() }),
  ...(place.startScript.trim() !== '' && { startScript: place.startScript.trim() }),
  ...(place.balancerBackend.trim() !== '' && { balancerBackend: place.balancerBackend.trim() }),
});

const hostOf = (host: HostDraft): Host => ({
  id: host.id.trim(),
  name: host.name.trim() === '' ? host.id.trim() : host.name.trim(),
  address: host.address.trim(),
  sshPort: Number(host.sshPort),
  room: host.room.trim(),
});

/** What can be said before anything is sent, in one sentence; the app judges the rest. */
export function siteProblem(draft: SiteDraft): string | undefined {
  if (draft.id.trim() === '') return 'The site has no id; give it one.';
  if (draft.leader === '') return 'The site has no leader; choose one.';
  for (const [environment, place] of Object.entries(draft.places)) {
    if (!isPort(place.servicePort)) {
      return `The service port in ${environment} must be a whole number from 1 to 65535.`;
    }
    const wrong = place.hosts.find(({ sshPort }) => !isPort(sshPort));
    if (wrong) {
      return `The SSH port of ${wrong.id} in ${environment} must be a whole number from 1 to 65535.`;
    }
  }
  return undefined;
}

const isPort = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;

const mapped = <From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
