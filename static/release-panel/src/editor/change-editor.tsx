import Button from '@atlaskit/button/new';
import { useState } from 'react';
import { Check, TextInput } from '../../../shared/src/field';
import { IconButton } from '../../../shared/src/icon-button';
import { RemoveSign } from '../../../shared/src/icons';
import { counted, wordsOf } from '../../../shared/src/words';
import { readText } from '../api/texts';
import { parseKeys } from '../key-changes';
import type { DraftChange } from './draft';
import { KeyRows } from './key-rows';
import { rowOf } from './manifest';

interface ChangeEditorProps {
  readonly change: DraftChange;
  /** What is wrong with a field, by its name. */
  readonly wrong: (field: string) => string | undefined;
  readonly index: number;
  readonly environments: readonly string[];
  readonly onChange: (change: Partial<DraftChange>) => void;
  readonly onRemove: () => void;
}

/** The keys of one namespace. */
export function ChangeEditor({
  change,
  wrong,
  index,
  environments,
  onChange,
  onRemove,
}: ChangeEditorProps) {
  const name = change.namespace === '' ? `change ${index + 1}` : change.namespace;
  return (
    <div className="card" role="group" aria-label={`Configuration change ${index + 1}`}>
      <div className="card-head">
        <span className="code strong">{name}</span>
        <span className="push">
          <IconButton label={`Remove ${name}`} onClick={onRemove}>
            <RemoveSign />
          </IconButton>
        </span>
      </div>
      <div className="card-body">
        <div className="fields">
          <TextInput
            label="Centre"
            problem={wrong('centre')}
            help="As the agent’s file calls it."
            value={change.centre}
            onChange={(centre) => onChange({ centre })}
          />
          <TextInput
            label="Application"
            problem={wrong('application')}
            help="For files: the site."
            value={change.application}
            onChange={(application) => onChange({ application })}
          />
          <TextInput
            label="Namespace"
            problem={wrong('namespace')}
            help="For files: the file’s name."
            value={change.namespace}
            onChange={(namespace) => onChange({ namespace })}
          />
        </div>
        {change.keys.kind === 'stored' ? (
          <StoredKeys keys={change.keys} onChange={onChange} />
        ) : (
          <KeyRows
            rows={change.keys.rows}
            environments={environments}
            onChange={(rows) => onChange({ keys: { kind: 'written', rows } })}
          />
        )}
        {wrong('keys') !== undefined && <p className="small wrong">{wrong('keys')}</p>}
        <Check isOn={change.byHand} onChange={(byHand) => onChange({ byHand })}>
          A person applies it by hand and confirms it
        </Check>
      </div>
    </div>
  );
}

interface StoredKeysProps {
  readonly keys: Extract<DraftChange['keys'], { kind: 'stored' }>;
  readonly onChange: (change: Partial<DraftChange>) => void;
}

/** Keys that nobody edits yet are not fetched. */
function StoredKeys({ keys, onChange }: StoredKeysProps) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const edit = async (): Promise<void> => {
    setBusy(true);
    try {
      const changes = parseKeys(await readText(keys.ref.sha256));
      onChange({ keys: { kind: 'written', rows: changes.map(rowOf) } });
    } catch (error) {
      setProblem(wordsOf(error));
      setBusy(false);
    }
  };
  return (
    <div className="row row-wrap">
      <span className="small">{`${counted(keys.count, 'key')}, stored`}</span>
      <Button spacing="compact" isLoading={isBusy} onClick={() => void edit()}>
        Edit keys
      </Button>
      {problem !== undefined && (
        <p className="refused" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
