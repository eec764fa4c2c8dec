import Textfield from '@atlaskit/textfield';
import { useState } from 'react';
import type { Content } from '#core/content';
import { bySite } from './host-batches';
import { hostShown } from './host-states';
import type { HostGroup, ShownHost } from './host-states';
import { SiteGroup } from './site-group';

interface HostsProps {
  readonly hosts: readonly ShownHost[];
  readonly content: Content | null;
}

const GROUPS: readonly { readonly group: HostGroup; readonly words: string }[] = [
  { group: 'failed', words: 'Failed' },
  { group: 'updating', words: 'Updating' },
  { group: 'updated', words: 'Updated' },
  { group: 'rolled-back', words: 'Rolled back' },
  { group: 'waiting', words: 'Waiting' },
];

/** The hosts of the plan by site, with what the agent last said of each. */
export function Hosts({ hosts, content }: HostsProps) {
  const [wanted, setWanted] = useState<HostGroup>();
  const [words, setWords] = useState('');
  if (hosts.length === 0) {
    return (
      <p className="empty">
        No hosts yet. They appear when the release is submitted with a site that has hosts.
      </p>
    );
  }
  const inGroup = (group: HostGroup) =>
    hosts.filter(({ state }) => hostShown(state).group === group).length;
  const isShown = ({ state, name, address }: ShownHost): boolean =>
    (wanted === undefined || hostShown(state).group === wanted) &&
    `${name} ${address}`.toLowerCase().includes(words.toLowerCase());

  return (
    <>
      <div className="row row-wrap row-apart">
        <div className="filter">
          <Textfield
            isCompact
            aria-label="Filter hosts"
            placeholder="Filter hosts"
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
        </div>
        <div className="row row-wrap chips" role="group" aria-label="State">
          <Chip
            words={`All ${hosts.length}`}
            isOn={wanted === undefined}
            onClick={() => setWanted(undefined)}
          />
          {GROUPS.filter(({ group }) => inGroup(group) > 0 || group === wanted).map(
            ({ group, words: name }) => (
              <Chip
                key={group}
                words={`${name} ${inGroup(group)}`}
                isOn={wanted === group}
                onClick={() => setWanted(group)}
              />
            ),
          )}
        </div>
      </div>
      <table className="table hosts">
        <caption className="hidden-words">Hosts</caption>
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col" className="wide">
              Batch
            </th>
            <th scope="col" className="wide">
              Version
            </th>
            <th scope="col">Progress</th>
            <th scope="col">State</th>
            <th scope="col" className="wide">
              Time
            </th>
          </tr>
        </thead>
        {bySite(hosts, content).map((site) => (
          <SiteGroup
            key={site.site}
            {...site}
            isShown={isShown}
            isFiltered={wanted !== undefined || words !== ''}
          />
        ))}
      </table>
    </>
  );
}

interface ChipProps {
  readonly words: string;
  readonly isOn: boolean;
  readonly onClick: () => void;
}

function Chip({ words, isOn, onClick }: ChipProps) {
  return (
    <button type="button" className="chip number" aria-pressed={isOn} onClick={onClick}>
      {words}
    </button>
  );
}
