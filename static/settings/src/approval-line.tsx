import type { ApprovalStep } from '#core/policy';
import { Choice, TextInput } from '../../shared/src/field';
import { IconButton } from '../../shared/src/icon-button';
import { RemoveSign } from '../../shared/src/icons';
import { PeopleField } from '../../shared/src/people-field';

interface ApprovalLineProps {
  readonly step: ApprovalStep;
  readonly onChange: (to: ApprovalStep) => void;
  readonly onRemove: () => void;
}

type FromKind = ApprovalStep['from']['kind'];

const SOURCES: readonly { readonly value: FromKind; readonly words: string }[] = [
  { value: 'leaders', words: 'Leaders of the sites' },
  { value: 'accounts', words: 'Named people' },
  { value: 'group', words: 'A group of Jira' },
];

/** One approval: how many, of whom. */
export function ApprovalLine({ step, onChange, onRemove }: ApprovalLineProps) {
  const { label, count, from } = step;
  const name = label === '' ? 'new approval' : label;
  return (
    <div className="approval" role="group" aria-label={`Approval ${name}`}>
      <TextInput
        label="Approval"
        placeholder="Leader"
        value={label}
        onChange={(to) => onChange({ ...step, label: to })}
      />
      <TextInput
        label="How many"
        isNumber
        value={count === 0 ? '' : String(count)}
        onChange={(to) => onChange({ ...step, count: wholeNumber(to) })}
      />
      <Choice
        label="Of whom"
        value={from.kind}
        options={SOURCES}
        onChange={(kind) => onChange({ ...step, from: emptySource(kind) })}
      />
      <IconButton label={`Remove approval ${name}`} onClick={onRemove}>
        <RemoveSign />
      </IconButton>
      {from.kind === 'accounts' && (
        <PeopleField
          label="People"
          chosen={from.accountIds}
          onChange={(accountIds) => onChange({ ...step, from: { kind: 'accounts', accountIds } })}
        />
      )}
      {from.kind === 'group' && (
        <TextInput
          label="Group id"
          isCode
          help="Jira shows it in the group’s address."
          value={from.groupId}
          onChange={(groupId) => onChange({ ...step, from: { kind: 'group', groupId } })}
        />
      )}
    </div>
  );
}

function emptySource(kind: FromKind): ApprovalStep['from'] {
  switch (kind) {
    case 'leaders':
      return { kind };
    case 'accounts':
      return { kind, accountIds: [] };
    case 'group':
      return { kind, groupId: '' };
  }
}

/** Zero stands for a field that is empty or no number; the app refuses it with a sentence. */
const wholeNumber = (text: string): number => (/^\d{1,2}$/.test(text) ? Number(text) : 0);
