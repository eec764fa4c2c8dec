import { useState } from 'react';
import type { EnrollmentCode, Outcome } from '#wire/page';
import { Checks, TextInput } from '../../shared/src/field';
import { ActBar } from './act-bar';
import { ask } from './api/app';
import { useAct } from './use-act';

interface EnrollmentProps {
  readonly environments: readonly string[];
  readonly onCreated: () => Promise<void>;
}

/** Makes a one-time code; it is shown here and never again. */
export function Enrollment({ environments, onCreated }: EnrollmentProps) {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [code, setCode] = useState<EnrollmentCode>();

  const create = async (): Promise<Outcome> => {
    if (chosen.length === 0) {
      return { kind: 'refused', sentence: 'Choose the environments that the agent works in.' };
    }
    setCode(await ask('agent.enroll', { name, environments: chosen }));
    return { kind: 'done' };
  };
  const act = useAct(create, 'The code is below', onCreated);

  return (
    <section className="stack part" aria-labelledby="enroll">
      <h3 id="enroll">Enroll an agent</h3>
      <div className="fields wide-fields">
        <TextInput label="Name" placeholder="sh-a-agent-1" value={name} onChange={setName} />
        <Checks
          label="Environments"
          options={environments}
          chosen={chosen}
          onChange={setChosen}
          help="It is offered the work of these only."
        />
      </div>
      <ActBar act={act} words="Create a one-time code" isIdle={name.trim() === ''} />
      {code && (
        <div className="card card-body" role="status">
          <code className="secret">{code.code}</code>
          <p className="small">
            {`Valid until ${new Date(code.expiresAt * 1_000).toLocaleTimeString()}. It is not shown again.`}
          </p>
        </div>
      )}
    </section>
  );
}
