/** Which batch each host is flipped in: the plan lists a site's hosts in that order, the gatekeeper first. */
import type { Content } from '#core/content';
import type { ShownHost } from './host-states';

export interface BatchedHost extends ShownHost {
  /** From 1, the gatekeeper's. */
  readonly batch: number;
}

export interface SiteHosts {
  readonly site: string;
  readonly hosts: readonly BatchedHost[];
}

export function bySite(hosts: readonly ShownHost[], content: Content | null): readonly SiteHosts[] {
  const sites = [...new Set(hosts.map(({ site }) => site))];
  return sites.map((site) => {
    const ofSite = hosts.filter((host) => host.site === site);
    const size = content?.code.find((change) => change.site === site)?.batchSize ?? ofSite.length;
    return {
      site,
      hosts: ofSite.map((host, index) => ({ ...host, batch: 1 + Math.ceil(index / size) })),
    };
  });
}
