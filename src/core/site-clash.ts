/** Two sites on one host need a directory and a port each: else one would switch or answer for the other. */
import { placeOf } from './site';
import type { Site, SiteEnvironment } from './site';

/** The first host on which the site would meet another one, in one sentence; undefined when there is none. */
export function siteClash(site: Site, others: readonly Site[]): string | undefined {
  for (const [environment, place] of Object.entries(site.environments)) {
    for (const other of others) {
      const theirs = placeOf(other, environment);
      const shared = other.id === site.id || !theirs ? undefined : sharedPlace(place, theirs);
      if (shared) {
        return `Host ${shared.address} holds site ${other.id} ${shared.where} in ${environment} already; give site ${site.id} another ${shared.what} or another host.`;
      }
    }
  }
  return undefined;
}

function sharedPlace(place: SiteEnvironment, other: SiteEnvironment) {
  const isSamePath = place.basePath === other.basePath;
  if (!isSamePath && place.servicePort !== other.servicePort) return undefined;
  const addresses = new Set(other.hosts.map((host) => host.address.toLowerCase()));
  const shared = place.hosts.find((host) => addresses.has(host.address.toLowerCase()));
  if (!shared) return undefined;
  const { address } = shared;
  return isSamePath
    ? { address, where: `in ${place.basePath}`, what: 'base path' }
    : { address, where: `on port ${String(place.servicePort)}`, what: 'service port' };
}
