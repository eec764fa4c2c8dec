import Button from '@atlaskit/button/new';
import { memo, useRef, useState } from 'react';
import { IconButton } from '../../shared/src/icon-button';
import { AddSign, RemoveSign } from '../../shared/src/icons';
import type { HostDraft } from './site-draft';

interface HostTableProps {
  readonly hosts: readonly HostDraft[];
  readonly environment: string;
  readonly onChange: (hosts: readonly HostDraft[]) => void;
}

/** Each row has five fields; more rows than this are shown on demand. */
const SHOWN_FIRST = 50;

const COLUMNS = [
  { name: 'id', words: 'Host' },
  { name: 'name', words: 'Name' },
  { name: 'address', words: 'Address' },
  { name: 'sshPort', words: 'SSH port' },
  { name: 'room', words: 'Machine room' },
] as const;

/** The hosts of a site in one environment; the first is the gatekeeper. */
export function HostTable({ hosts, environment, onChange }: HostTableProps) {
  const [shown, setShown] = useState(SHOWN_FIRST);
  const fresh = useRef(0);
  // Rows are drawn again only when they change, so what they call must not change with each key.
  const latest = useRef({ hosts, onChange });
  latest.current = { hosts, onChange };
  const edit = useRef((key: string, change: Partial<HostDraft> | null): void => {
    const now = latest.current;
    now.onChange(
      change === null
        ? now.hosts.filter((host) => host.key !== key)
        : now.hosts.map((host) => (host.key === key ? { ...host, ...change } : host)),
    );
  });
  const add = (): void => {
    fresh.current += 1;
    const key = `new ${fresh.current}`;
    const { sshPort = '22', room = '' } = hosts.at(-1) ?? {};
    onChange([...hosts, { key, id: '', name: '', address: '', sshPort, room }]);
    setShown((before) => Math.max(before, hosts.length + 1));
  };

  return (
    <div className="stack">
      {hosts.length === 0 ? (
        <p className="small">{`No hosts in ${environment} yet. Add a host.`}</p>
      ) : (
        <div className="scroll">
          <table className="table host-table">
            <caption className="hidden-words">{`Hosts in ${environment}`}</caption>
            <thead>
              <tr>
                {COLUMNS.map(({ name, words }) => (
                  <th key={name} scope="col">
                    {words}
                  </th>
                ))}
                <th scope="col">
                  <span className="hidden-words">Remove</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {hosts.slice(0, shown).map((host) => (
                <HostRow key={host.key} host={host} onEdit={edit.current} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="actions">
        <Button spacing="compact" iconBefore={AddSign} onClick={add}>
          Add host
        </Button>
        {hosts.length > shown && (
          <Button
            spacing="compact"
            appearance="subtle"
            onClick={() => setShown(shown + SHOWN_FIRST)}
          >
            {`Show more of ${hosts.length} hosts`}
          </Button>
        )}
      </div>
    </div>
  );
}

interface HostRowProps {
  readonly host: HostDraft;
  readonly onEdit: (key: string, change: Partial<HostDraft> | null) => void;
}

const HostRow = memo(function HostFields({ host, onEdit }: HostRowProps) {
  const name = host.id === '' ? 'new host' : host.id;
  return (
    <tr>
      {COLUMNS.map((column) => (
        <td key={column.name}>
          <input
            className="cell-input"
            aria-label={`${column.words} of ${name}`}
            spellCheck={false}
            value={host[column.name]}
            onChange={(event) => onEdit(host.key, { [column.name]: event.target.value })}
          />
        </td>
      ))}
      <td>
        <IconButton label={`Remove ${name}`} onClick={() => onEdit(host.key, null)}>
          <RemoveSign />
        </IconButton>
      </td>
    </tr>
  );
});
