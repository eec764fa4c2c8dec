import Button from '@atlaskit/button/new';
import type { ApprovalStep, EnvironmentPolicy } from '#core/policy';
import { Choice, TextInput } from '../../shared/src/field';
import { IconButton } from '../../shared/src/icon-button';
import { AddSign, DownArrowSign, RemoveSign, UpArrowSign } from '../../shared/src/icons';
import { ApprovalLine } from './approval-line';

interface EnvironmentCardProps {
  readonly environment: EnvironmentPolicy;
  readonly position: number;
  readonly count: number;
  readonly onChange: (to: EnvironmentPolicy) => void;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}

const STARTERS = [
  { value: 'leaders', words: 'Leaders of the sites' },
  { value: 'testers', words: 'Leaders and testers' },
] as const;

/** One environment with its approvals and who starts there. */
export function EnvironmentCard(props: EnvironmentCardProps) {
  const { environment, position, count, onChange, onMove, onRemove } = props;
  const { id, approvals } = environment;
  const name = id === '' ? 'new environment' : id;
  const setApprovals = (to: readonly ApprovalStep[]): void =>
    onChange({ ...environment, approvals: to });
  const add = (): void =>
    setApprovals([...approvals, { label: '', count: 1, from: { kind: 'leaders' } }]);

  return (
    <div className="card" role="group" aria-label={`Environment ${name}`}>
      <div className="card-head">
        <span className="strong">{name}</span>
        <span className="push row">
          <IconButton
            label={`Move ${name} up`}
            isDisabled={position === 0}
            onClick={() => onMove(-1)}
          >
            <UpArrowSign />
          </IconButton>
          <IconButton
            label={`Move ${name} down`}
            isDisabled={position === count - 1}
            onClick={() => onMove(1)}
          >
            <DownArrowSign />
          </IconButton>
          <IconButton label={`Remove ${name}`} isDisabled={count === 1} onClick={onRemove}>
            <RemoveSign />
          </IconButton>
        </span>
      </div>
      <div className="card-body">
        <div className="fields">
          <TextInput
            label="Name"
            value={id}
            onChange={(to) => onChange({ ...environment, id: to.trim() })}
          />
          <Choice
            label="Who may start"
            value={environment.starters}
            options={STARTERS}
            onChange={(starters) => onChange({ ...environment, starters })}
          />
        </div>
        {approvals.length === 0 ? (
          <p className="small">No approval is asked for here.</p>
        ) : (
          approvals.map((step, index) => (
            <ApprovalLine
              // A step may be renamed while it is edited, so its place names it.
              key={index}
              step={step}
              onChange={(to) =>
                setApprovals(approvals.map((each, at) => (at === index ? to : each)))
              }
              onRemove={() => setApprovals(approvals.filter((_, at) => at !== index))}
            />
          ))
        )}
        <div>
          <Button spacing="compact" iconBefore={AddSign} onClick={add}>
            Add approval
          </Button>
        </div>
      </div>
    </div>
  );
}
