import Button from '@atlaskit/button/new';
import { useState } from 'react';
import type { Site } from '#core/site';
import { AddSign } from '../../shared/src/icons';
import { counted } from '../../shared/src/words';
import { SiteForm } from './site-form';

interface SitesProps {
  readonly sites: readonly Site[];
  /** The policy's, in their order. */
  readonly environments: readonly string[];
  readonly onSaved: () => Promise<void>;
}

/** The sites that releases of this project may carry: a list, and the one that is looked at. */
export function Sites({ sites, environments, onSaved }: SitesProps) {
  // Null: a new one.
  const [chosen, setChosen] = useState<string | null>();
  const site = chosen === null ? undefined : (sites.find(({ id }) => id === chosen) ?? sites[0]);

  return (
    <div className="two">
      <div className="stack list">
        <div>
          <Button iconBefore={AddSign} spacing="compact" onClick={() => setChosen(null)}>
            Add site
          </Button>
        </div>
        <nav aria-label="Sites">
          <ul className="nav">
            {sites.map((each) => (
              <li key={each.id}>
                <button
                  type="button"
                  aria-current={each.id === site?.id ? 'true' : undefined}
                  onClick={() => setChosen(each.id)}
                >
                  <span>{each.name}</span>
                  <span className="small number">{counted(hostCount(each), 'host')}</span>
                </button>
              </li>
            ))}
          </ul>
        </nav>
      </div>
      <div>
        {site === undefined && chosen !== null ? (
          <p className="empty">
            No site yet. Add one with its leader and its hosts, so that releases can carry it.
          </p>
        ) : (
          <SiteForm
            key={site?.id ?? ''}
            site={site}
            environments={environments}
            onSaved={async (id) => {
              await onSaved();
              setChosen(id);
            }}
          />
        )}
      </div>
    </div>
  );
}

const hostCount = ({ environments }: Site): number =>
  Object.values(environments).reduce((total, { hosts }) => total + hosts.length, 0);
