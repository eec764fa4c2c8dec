import Button from '@atlaskit/button/new';
import { Choice, TextInput } from '../../../shared/src/field';
import { IconButton } from '../../../shared/src/icon-button';
import { AddSign, RemoveSign } from '../../../shared/src/icons';
import { freshId, withItem } from './draft';
import type { DraftKey } from './draft';

interface KeyRowsProps {
  readonly rows: readonly DraftKey[];
  readonly environments: readonly string[];
  readonly onChange: (rows: readonly DraftKey[]) => void;
}

const ACTS = [
  { value: 'text', words: 'Set to a value' },
  { value: 'secret', words: 'Set to a secret' },
  { value: 'delete', words: 'Delete' },
] as const;

type Act = (typeof ACTS)[number]['value'];

/** The keys that a change sets or deletes. */
export function KeyRows({ rows, environments, onChange }: KeyRowsProps) {
  const add = (): void =>
    onChange([
      ...rows,
      {
        key: freshId(
          'new key',
          rows.map(({ key }) => key),
        ),
        action: 'set',
        name: '',
        isSecret: false,
        value: '',
        perEnvironment: {},
      },
    ]);
  return (
    <div className="stack">
      {rows.map((row, index) => (
        <KeyLine
          key={row.key}
          row={row}
          index={index}
          environments={environments}
          onChange={(change) => onChange(withItem(rows, row.key, change))}
          onRemove={() => onChange(rows.filter(({ key }) => key !== row.key))}
        />
      ))}
      <div>
        <Button spacing="compact" iconBefore={AddSign} onClick={add}>
          Add key
        </Button>
      </div>
    </div>
  );
}

interface KeyLineProps {
  readonly row: DraftKey;
  readonly index: number;
  readonly environments: readonly string[];
  readonly onChange: (change: Partial<DraftKey>) => void;
  readonly onRemove: () => void;
}

function KeyLine({ row, index, environments, onChange, onRemove }: KeyLineProps) {
  const act: Act = row.action === 'delete' ? 'delete' : row.isSecret ? 'secret' : 'text';
  const name = row.name === '' ? `key ${index + 1}` : row.name;
  return (
    <div className="key-line" role="group" aria-label={`Key ${name}`}>
      <TextInput label="Key" isCode value={row.name} onChange={(to) => onChange({ name: to })} />
      <Choice
        label="Act"
        value={act}
        options={ACTS}
        onChange={(to) =>
          onChange({ action: to === 'delete' ? 'delete' : 'set', isSecret: to === 'secret' })
        }
      />
      {act !== 'delete' && (
        <TextInput
          label={act === 'secret' ? 'Secret’s name at the agent' : 'Value'}
          isCode
          value={row.value}
          onChange={(value) => onChange({ value })}
        />
      )}
      <IconButton label={`Remove ${name}`} onClick={onRemove}>
        <RemoveSign />
      </IconButton>
      {act === 'text' && (
        <details className="key-places">
          <summary className="small">Other values in some environments</summary>
          <div className="fields">
            {environments.map((environment) => (
              <TextInput
                key={environment}
                label={environment}
                isCode
                placeholder="as above"
                value={row.perEnvironment[environment] ?? ''}
                onChange={(value) =>
                  onChange({ perEnvironment: { ...row.perEnvironment, [environment]: value } })
                }
              />
            ))}
          </div>
        </details>
      )}
    </div>
  );
}
