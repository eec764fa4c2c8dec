import Button from '@atlaskit/button/new';
import { useState } from 'react';
import type { PolicyGroup } from '#core/policy';
import { TextInput } from '../../shared/src/field';
import { IconButton } from '../../shared/src/icon-button';
import { AddSign, RemoveSign } from '../../shared/src/icons';

interface PolicyGroupsProps {
  readonly groups: readonly PolicyGroup[];
  readonly onChange: (groups: readonly PolicyGroup[]) => void;
}

/** What belongs to a group besides its sites, which say so themselves. */
export function PolicyGroups({ groups, onChange }: PolicyGroupsProps) {
  const set = (index: number, to: PolicyGroup): void =>
    onChange(groups.map((each, at) => (at === index ? to : each)));
  return (
    <section className="stack" aria-labelledby="groups">
      <div className="row row-wrap row-apart">
        <h2 id="groups">Groups</h2>
        <Button
          spacing="compact"
          iconBefore={AddSign}
          onClick={() => onChange([...groups, { id: '', databases: [], centres: [] }])}
        >
          Add group
        </Button>
      </div>
      <p className="small">
        A group’s sites, databases and configuration centres are served by its own agents only. What
        is named here goes to them even in a release without a site.
      </p>
      {groups.map((group, index) => (
        <div
          // A group may be renamed while it is edited, so its place names it.
          key={index}
          className="fields wide-fields"
          role="group"
          aria-label={`Group ${group.id}`}
        >
          <TextInput
            label="Group"
            value={group.id}
            onChange={(id) => set(index, { ...group, id: id.trim() })}
          />
          <Names
            label="Databases"
            names={group.databases}
            onChange={(databases) => set(index, { ...group, databases })}
          />
          <Names
            label="Configuration centres"
            names={group.centres}
            onChange={(centres) => set(index, { ...group, centres })}
          />
          <IconButton
            label={`Remove group ${group.id}`}
            onClick={() => onChange(groups.filter((_, at) => at !== index))}
          >
            <RemoveSign />
          </IconButton>
        </div>
      ))}
    </section>
  );
}

interface NamesProps {
  readonly label: string;
  readonly names: readonly string[];
  readonly onChange: (names: readonly string[]) => void;
}

/** Several names in one line: what is typed stays as it is typed. */
function Names({ label, names, onChange }: NamesProps) {
  const [typed, setTyped] = useState(names.join(', '));
  const isTyped = namesIn(typed).join() === names.join();
  return (
    <TextInput
      label={label}
      isCode
      help="As scripts and the agent’s file call them, with commas between."
      value={isTyped ? typed : names.join(', ')}
      onChange={(text) => {
        setTyped(text);
        onChange(namesIn(text));
      }}
    />
  );
}

const namesIn = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
