import Button from '@atlaskit/button/new';
import { Checks, TextInput } from '../../../shared/src/field';
import { IconButton } from '../../../shared/src/icon-button';
import { DownArrowSign, RemoveSign, UpArrowSign } from '../../../shared/src/icons';
import type { DraftScript } from './draft';
import { LongText } from './long-text';

interface ScriptEditorProps {
  readonly script: DraftScript;
  /** What is wrong with a field, by its name. */
  readonly wrong: (field: string) => string | undefined;
  readonly index: number;
  readonly count: number;
  readonly environments: readonly string[];
  readonly onChange: (change: Partial<DraftScript>) => void;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}

/** One script with its place in the order. */
export function ScriptEditor(props: ScriptEditorProps) {
  const { script, wrong, index, count, environments, onChange, onMove, onRemove } = props;
  const name = script.name === '' ? `script ${index + 1}` : script.name;
  return (
    <div className="card" role="group" aria-label={`Script ${index + 1}`}>
      <div className="card-head">
        <span className="strong number">{index + 1}</span>
        <span className="code">{name}</span>
        <span className="push row">
          <IconButton label={`Move ${name} up`} isDisabled={index === 0} onClick={() => onMove(-1)}>
            <UpArrowSign />
          </IconButton>
          <IconButton
            label={`Move ${name} down`}
            isDisabled={index === count - 1}
            onClick={() => onMove(1)}
          >
            <DownArrowSign />
          </IconButton>
          <IconButton label={`Remove ${name}`} onClick={onRemove}>
            <RemoveSign />
          </IconButton>
        </span>
      </div>
      <div className="card-body">
        <div className="fields">
          <TextInput
            label="Name"
            problem={wrong('name')}
            value={script.name}
            onChange={(to) => onChange({ name: to })}
          />
          <TextInput
            label="Database"
            problem={wrong('database')}
            value={script.database}
            onChange={(database) => onChange({ database })}
          />
        </div>
        <LongText
          label="SQL"
          wrong={wrong('text')}
          text={script.text}
          onChange={(text, fileName) =>
            onChange(fileName === undefined ? { text } : { text, name: fileName })
          }
        />
        {script.undo === null ? (
          <div>
            <Button
              spacing="compact"
              onClick={() => onChange({ undo: { kind: 'written', text: '' } })}
            >
              Add undo script
            </Button>
          </div>
        ) : (
          <>
            <LongText
              label="Undo SQL"
              wrong={wrong('undo')}
              text={script.undo}
              onChange={(undo) => onChange({ undo })}
            />
            <div>
              <Button
                spacing="compact"
                appearance="subtle"
                onClick={() => onChange({ undo: null })}
              >
                Remove undo script
              </Button>
            </div>
          </>
        )}
        <Checks
          label="Environments"
          options={environments}
          chosen={script.environments}
          help="None chosen: it runs in all of them."
          onChange={(chosen) => onChange({ environments: chosen })}
        />
      </div>
    </div>
  );
}
