import Button from '@atlaskit/button/new';
import { useState } from 'react';
import type { EnvironmentPolicy, Policy } from '#core/policy';
import { PeopleField } from '../../shared/src/people-field';
import { AddSign } from '../../shared/src/icons';
import { ask } from './api/app';
import { ActBar } from './act-bar';
import { EnvironmentCard } from './environment-card';
import { JsonEditor } from './json-editor';
import { PolicyGroups } from './policy-groups';
import { useAct } from './use-act';

interface PolicyFormProps {
  readonly policy: Policy;
  readonly onSaved: () => Promise<void>;
}

/** Where releases go, who approves and starts them there, and who does what. */
export function PolicyForm({ policy, onSaved }: PolicyFormProps) {
  // Undefined while nobody edits: then the form follows what is stored.
  const [draft, setDraft] = useState<Policy>();
  const shown = draft ?? policy;
  const change = (to: Partial<Policy>): void => setDraft({ ...shown, ...to });
  const after = async (): Promise<void> => {
    setDraft(undefined);
    await onSaved();
  };
  const act = useAct(() => ask('policy.put', { policy: shown }), 'The policy is saved', after);

  const setEnvironment = (index: number, to: EnvironmentPolicy): void =>
    change({ environments: shown.environments.map((each, at) => (at === index ? to : each)) });
  const add = (): void =>
    change({
      environments: [...shown.environments, { id: '', approvals: [], starters: 'leaders' }],
    });

  return (
    <section className="stack" aria-labelledby="environments">
      <div className="row row-wrap row-apart">
        <h2 id="environments">Environments</h2>
        <Button spacing="compact" iconBefore={AddSign} onClick={add}>
          Add environment
        </Button>
      </div>
      <p className="small">
        A release enters them from top to bottom. A release under way keeps the rules of its start.
      </p>
      {shown.environments.map((environment, index) => (
        <EnvironmentCard
          // An environment may be renamed while it is edited, so its place names it.
          key={index}
          environment={environment}
          position={index}
          count={shown.environments.length}
          onChange={(to) => setEnvironment(index, to)}
          onMove={(by) => change({ environments: moved(shown.environments, index, by) })}
          onRemove={() =>
            change({ environments: shown.environments.filter((_, at) => at !== index) })
          }
        />
      ))}
      <h2>People</h2>
      <div className="fields wide-fields">
        <PeopleField
          label="Testers"
          help="May start where testers may start, and promote."
          chosen={shown.testers}
          onChange={(testers) => change({ testers })}
        />
        <PeopleField
          label="DBAs"
          help="Review SQL scripts and may run them."
          chosen={shown.dbas}
          onChange={(dbas) => change({ dbas })}
        />
        <PeopleField
          label="Operators"
          help="Run reviewed SQL, apply configuration by hand, lead what has no site."
          chosen={shown.operators}
          onChange={(operators) => change({ operators })}
        />
      </div>
      <PolicyGroups groups={shown.groups ?? []} onChange={(groups) => change({ groups })} />
      <ActBar
        act={act}
        words="Save changes"
        isIdle={draft === undefined}
        onDiscard={() => setDraft(undefined)}
      />
      <JsonEditor
        name={`Policy, version ${policy.version}`}
        value={policy}
        save={(value) => ask('policy.put', { policy: value })}
        after={after}
      />
    </section>
  );
}

function moved<Item>(items: readonly Item[], index: number, by: -1 | 1): readonly Item[] {
  const [item, other] = [items[index], items[index + by]];
  if (item === undefined || other === undefined) return items;
  return items.map((each, at) => (at === index ? other : at === index + by ? item : each));
}
