import type { HostView } from '#wire/page';

/** The hosts of the plan with what the agent last said of each. */
export function Hosts({ hosts }: { readonly hosts: readonly HostView[] }) {
  if (hosts.length === 0) return null;
  return (
    <section aria-labelledby="hosts">
      <h2 id="hosts">Hosts</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">Site</th>
            <th scope="col">Version</th>
            <th scope="col">State</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <tr key={`${host.site} ${host.id}`}>
              <th scope="row" title={host.address}>
                {host.name}
              </th>
              <td>{host.site}</td>
              <td>{host.version}</td>
              <td className={`host host-${host.state}`}>
                {host.state}
                {host.note !== '' && <span className="note"> {host.note}</span>}
              </td>
              <td>{host.at === null ? '' : new Date(host.at * 1000).toLocaleTimeString()}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
