import { useState } from 'react';
import { DownSign, RightSign } from '../../shared/src/icons';
import type { BatchedHost, SiteHosts } from './host-batches';
import { HostRow } from './host-row';
import { hostShown } from './host-states';
import type { HostGroup, ShownHost } from './host-states';

/** A site with more hosts than this opens closed, unless something in it has failed. */
const OPEN_MAX = 60;

interface SiteGroupProps extends SiteHosts {
  readonly isShown: (host: ShownHost) => boolean;
  readonly isFiltered: boolean;
}

/** A site's hosts under a heading that opens and closes them. */
export function SiteGroup({ site, hosts, isShown, isFiltered }: SiteGroupProps) {
  const [chosen, setChosen] = useState<boolean>();
  const failed = inGroup(hosts, 'failed');
  const isOpen = chosen ?? (isFiltered || failed > 0 || hosts.length <= OPEN_MAX);
  const shown = hosts.filter(isShown);
  if (isFiltered && shown.length === 0) return null;
  return (
    <tbody>
      <tr className="group">
        <th scope="rowgroup" colSpan={6}>
          <button
            type="button"
            className="group-button"
            aria-expanded={isOpen}
            onClick={() => setChosen(!isOpen)}
          >
            {isOpen ? <DownSign /> : <RightSign />}
            <span className="strong">{site}</span>
            <span className="small number">
              {progressOf(hosts)}
              {failed > 0 && `, ${failed} failed`}
            </span>
          </button>
        </th>
      </tr>
      {isOpen &&
        shown.map((host) => <HostRow key={host.id} host={host} isPlain={hosts.length > 150} />)}
    </tbody>
  );
}

/** `1 of 3 updated`; while the release goes back, and after, those that have. */
function progressOf(hosts: readonly BatchedHost[]): string {
  const back = inGroup(hosts, 'rolled-back');
  return back > 0
    ? `${back} of ${hosts.length} rolled back`
    : `${inGroup(hosts, 'updated')} of ${hosts.length} updated`;
}

const inGroup = (hosts: readonly BatchedHost[], group: HostGroup): number =>
  hosts.filter(({ state }) => hostShown(state).group === group).length;
