import Lozenge from '@atlaskit/lozenge';
import { memo } from 'react';
import { Moment } from '../../shared/src/moment';
import type { BatchedHost } from './host-batches';
import { HOST_STEPS, hostShown } from './host-states';

interface HostRowProps {
  readonly host: BatchedHost;
  /** Hundreds of rows are drawn without Atlassian's lozenge, which costs a millisecond each. */
  readonly isPlain: boolean;
}

/** One host; a new answer draws only the rows that changed. */
export const HostRow = memo(HostLine, (before, after) => {
  const [old, fresh] = [before.host, after.host];
  return (
    before.isPlain === after.isPlain &&
    old.state === fresh.state &&
    old.note === fresh.note &&
    old.at === fresh.at &&
    old.version === fresh.version &&
    old.batch === fresh.batch
  );
});

function HostLine({ host, isPlain }: HostRowProps) {
  const { words, appearance, group } = hostShown(host.state);
  const isFailed = group === 'failed';
  return (
    <>
      <tr className={isFailed ? 'host-failed' : undefined}>
        <th scope="row" className="code" title={host.address}>
          {host.name}
        </th>
        <td className="wide number">{host.batch}</td>
        <td className="wide number">{host.version}</td>
        <td>
          <Steps host={host} />
          {!isFailed && <span className="small host-note">{host.note}</span>}
        </td>
        <td>
          {isPlain ? (
            <span className={`mark mark-${appearance}`}>{words}</span>
          ) : (
            <Lozenge appearance={appearance}>{words}</Lozenge>
          )}
        </td>
        <td className="wide small">
          {host.at === null ? '–' : <Moment seconds={host.at} style="time" />}
        </td>
      </tr>
      {isFailed && host.note !== '' && (
        <tr className="host-failed host-cause">
          <td colSpan={6}>{host.note}</td>
        </tr>
      )}
    </>
  );
}

function Steps({ host }: { readonly host: BatchedHost }) {
  const { steps, group } = hostShown(host.state);
  if (group === 'waiting') return <span className="small">{`In batch ${host.batch}`}</span>;
  return (
    <span className="steps" role="img" aria-label={`${steps} of ${HOST_STEPS} steps`}>
      {Array.from({ length: HOST_STEPS }, (_, index) => (
        <i key={index} className={stepClass(index, steps, group)} />
      ))}
    </span>
  );
}

function stepClass(index: number, steps: number, group: string): string | undefined {
  if (index < steps) return 'step-done';
  if (index > steps) return undefined;
  return group === 'failed' ? 'step-failed' : 'step-active';
}
