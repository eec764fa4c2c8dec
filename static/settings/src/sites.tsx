import type { Site } from '#core/site';
import { ask } from './api/app';
import { JsonEditor } from './json-editor';

/** The form of a site, to be filled in. */
const TEMPLATE = {
  id: 'shop',
  name: 'Shop',
  appType: 'generic',
  packageName: 'shop',
  store: 'main',
  leader: 'account id',
  environments: {
    SIT: {
      hosts: [{ id: 'web-1', name: 'Web 1', address: '10.0.0.1', sshPort: 22, room: 'A' }],
      basePath: '/srv/shop',
      servicePort: 8080,
      healthPath: '/healthz',
    },
  },
};

interface SitesProps {
  readonly sites: readonly Site[];
  readonly onChanged: () => Promise<void>;
}

/** The sites that releases of this project may carry. */
export function Sites({ sites, onChanged }: SitesProps) {
  const save = (site: unknown) => ask('site.put', { site });
  return (
    <section aria-labelledby="sites">
      <h2 id="sites">Sites</h2>
      {sites.length === 0 && <p>No site yet. Add one, with its hosts in each environment.</p>}
      {sites.map((site) => (
        <JsonEditor
          key={site.id}
          name={`Site ${site.id}`}
          value={site}
          save={save}
          after={onChanged}
        />
      ))}
      <JsonEditor name="New site" value={TEMPLATE} save={save} after={onChanged} />
    </section>
  );
}
