import Button from '@atlaskit/button/new';
import { useState } from 'react';
import { TextInput } from '../../shared/src/field';
import { HostTable } from './host-table';
import { newPlace } from './site-draft';
import type { PlaceDraft } from './site-draft';

interface SitePlacesProps {
  readonly places: Readonly<Record<string, PlaceDraft>>;
  readonly environments: readonly string[];
  readonly siteId: string;
  readonly onChange: (places: Readonly<Record<string, PlaceDraft>>) => void;
}

/** How the site lives in each environment; one is shown at a time. */
export function SitePlaces({ places, environments, siteId, onChange }: SitePlacesProps) {
  const [chosen, setChosen] = useState(environments[0] ?? '');
  // An environment that left the policy may still have hosts.
  const names = [...new Set([...environments, ...Object.keys(places)])];
  const place = Object.hasOwn(places, chosen) ? places[chosen] : undefined;
  const change = (to: Partial<PlaceDraft>): void => {
    if (place) onChange({ ...places, [chosen]: { ...place, ...to } });
  };
  const remove = (): void =>
    onChange(Object.fromEntries(Object.entries(places).filter(([name]) => name !== chosen)));

  return (
    <div className="stack part">
      <h3>Environments and hosts</h3>
      <div className="row row-wrap" role="group" aria-label="Environment">
        {names.map((name) => (
          <button
            key={name}
            type="button"
            className="chip number"
            aria-pressed={name === chosen}
            onClick={() => setChosen(name)}
          >
            {`${name} ${places[name]?.hosts.length ?? 'none'}`}
          </button>
        ))}
      </div>
      {place === undefined ? (
        <div className="row row-wrap">
          <p className="small">{`The site does not live in ${chosen}.`}</p>
          <Button
            spacing="compact"
            onClick={() =>
              onChange({ ...places, [chosen]: newPlace(Object.values(places)[0], siteId) })
            }
          >
            {`Add ${chosen}`}
          </Button>
        </div>
      ) : (
        <>
          <div className="fields">
            <TextInput
              label="Directory on each host"
              isCode
              value={place.basePath}
              onChange={(basePath) => change({ basePath })}
            />
            <TextInput
              label="Service port"
              isNumber
              value={place.servicePort}
              onChange={(servicePort) => change({ servicePort })}
            />
            <TextInput
              label="Health path"
              isCode
              value={place.healthPath}
              onChange={(healthPath) => change({ healthPath })}
            />
            <TextInput
              label="Version path"
              isCode
              placeholder="none: health decides"
              value={place.versionPath}
              onChange={(versionPath) => change({ versionPath })}
            />
            <TextInput
              label="Start script"
              isCode
              placeholder="bin/start"
              value={place.startScript}
              onChange={(startScript) => change({ startScript })}
            />
            <TextInput
              label="Balancer backend"
              isCode
              help="For people to read; Interlock does not switch it yet."
              value={place.balancerBackend}
              onChange={(balancerBackend) => change({ balancerBackend })}
            />
          </div>
          <HostTable
            hosts={place.hosts}
            environment={chosen}
            onChange={(hosts) => change({ hosts })}
          />
          <div>
            <Button spacing="compact" appearance="subtle" onClick={remove}>
              {`Take the site out of ${chosen}`}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}
