import { counted } from '../../shared/src/words';
import { bySite } from './host-batches';
import type { BatchedHost } from './host-batches';
import { hostShown, hostsOf } from './host-states';
import type { ReleaseShown } from './view';

/** More cells than this are too narrow to tell apart. */
const CELLS_MAX = 60;

/** One cell for each host, batch by batch, while code is rolled out or has failed. */
export function HostRamp({ view }: { readonly view: ReleaseShown }) {
  const code = view.stages.find(({ stage }) => stage === 'CODE')?.state;
  if ((code !== 'active' && code !== 'failed') || view.hosts.length > CELLS_MAX) return null;
  return (
    <>
      {bySite(hostsOf(view), view.content).map(({ site, hosts }) => (
        <ol key={site} className="ramp" aria-label={`Batches of ${site}`}>
          {batchesOf(hosts).map((batch, index) => (
            <li key={index} style={{ flexGrow: batch.length }}>
              <div className="ramp-cells">
                {batch.map((host) => (
                  <span
                    key={host.id}
                    className={`cell cell-${hostShown(host.state).group}`}
                    title={`${host.name}: ${hostShown(host.state).words}`}
                  />
                ))}
              </div>
              <span className="small number">
                <span className="strong">{index === 0 ? 'First' : `Batch ${index + 1}`}</span>
                {` · ${counted(batch.length, 'host')}`}
              </span>
            </li>
          ))}
        </ol>
      ))}
    </>
  );
}

function batchesOf(hosts: readonly BatchedHost[]): readonly (readonly BatchedHost[])[] {
  const numbers = [...new Set(hosts.map(({ batch }) => batch))];
  return numbers.map((number) => hosts.filter(({ batch }) => batch === number));
}
