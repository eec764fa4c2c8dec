import Button from '@atlaskit/button/new';
import Lozenge from '@atlaskit/lozenge';
import { useState } from 'react';
import type { KeyChange } from '#core/content';
import type { ConfigView } from '#wire/page';
import { LockSign } from '../../shared/src/icons';
import { counted, wordsOf } from '../../shared/src/words';
import { readText } from './api/texts';
import { parseKeys } from './key-changes';
import type { Appearance } from './view';

const SHOWN: Readonly<Record<ConfigView['state'], { words: string; appearance: Appearance }>> = {
  waiting: { words: 'Waiting', appearance: 'neutral' },
  running: { words: 'Applying', appearance: 'information' },
  done: { words: 'Applied', appearance: 'success' },
  failed: { words: 'Failed', appearance: 'danger' },
  unknown: { words: 'Outcome unknown', appearance: 'warning' },
};

/** What the release changes in configuration centres. */
export function ConfigChanges({ changes }: { readonly changes: readonly ConfigView[] }) {
  if (changes.length === 0) {
    return (
      <p className="empty">
        No configuration changes. Add one under Content if this release changes settings.
      </p>
    );
  }
  return (
    <div className="stack">
      {changes.map((change) => (
        <ConfigCard key={change.id} change={change} />
      ))}
      <p className="row small">
        <LockSign />
        Secret values stay at the agent; here they have a name only.
      </p>
    </div>
  );
}

function ConfigCard({ change }: { readonly change: ConfigView }) {
  const { words, appearance } = SHOWN[change.state];
  const isByHand = change.byHand && change.state === 'waiting';
  return (
    <article className="card" aria-label={`${change.application} ${change.namespace}`}>
      <header className="card-head">
        <span className="code strong">{change.namespace}</span>
        <span className="small">
          {change.application} · {change.centre} · {counted(change.keys, 'key')}
        </span>
        <span className="push">
          <Lozenge appearance={isByHand ? 'warning' : appearance}>
            {isByHand ? 'To be applied by hand' : words}
          </Lozenge>
        </span>
      </header>
      {change.note !== '' && (
        <p className={`card-note small ${change.state === 'failed' ? 'side-failed' : ''}`}>
          {change.note}
        </p>
      )}
      <Keys sha256={change.changesSha256} label={change.namespace} />
    </article>
  );
}

/** The keys, fetched when somebody wants to read them. */
function Keys({ sha256, label }: { readonly sha256: string; readonly label: string }) {
  const [keys, setKeys] = useState<readonly KeyChange[]>();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const load = async (): Promise<void> => {
    setBusy(true);
    try {
      setKeys(parseKeys(await readText(sha256)));
      setProblem(undefined);
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="stored">
      {keys !== undefined && <KeyTable keys={keys} label={label} />}
      {keys === undefined && (
        <Button
          appearance="subtle"
          spacing="compact"
          isLoading={isBusy}
          onClick={() => void load()}
        >
          Show keys of {label}
        </Button>
      )}
      {problem !== undefined && (
        <p className="refused" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function KeyTable({
  keys,
  label,
}: {
  readonly keys: readonly KeyChange[];
  readonly label: string;
}) {
  return (
    <table className="diff code">
      <caption className="hidden-words">Keys of {label}</caption>
      <tbody>
        {keys.map((change) => (
          <tr key={change.key} className={`diff-${change.action}`}>
            <td>
              <span aria-hidden="true">{change.action === 'set' ? '+' : '−'}</span>
              <span className="hidden-words">{change.action}</span>
            </td>
            <td>{change.action === 'set' ? `${change.key} = ${valueText(change)}` : change.key}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function valueText({ value }: Extract<KeyChange, { action: 'set' }>): string {
  if (value.kind === 'secret') return `•••••••• (secret ${value.name})`;
  const others = Object.entries(value.perEnvironment ?? {});
  const elsewhere = others.map(([environment, text]) => `, ${environment}: ${text}`).join('');
  return `${value.text}${elsewhere}`;
}
