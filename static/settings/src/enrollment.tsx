import { useState } from 'react';
import type { EnrollmentCode, Outcome } from '#wire/page';
import { Checks, TextInput } from '../../shared/src/field';
import { ActBar } from './act-bar';
import { ask } from './api/app';
import { useAct } from './use-act';

interface EnrollmentProps {
  readonly environments: readonly string[];
  /** Of the hosts of all sites. */
  readonly rooms: readonly string[];
  readonly onCreated: () => Promise<void>;
}

/** Makes a one-time code; it is shown here and never again. */
export function Enrollment({ environments, rooms, onCreated }: EnrollmentProps) {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [group, setGroup] = useState('');
  const [chosenRooms, setChosenRooms] = useState<readonly string[]>([]);
  const [code, setCode] = useState<EnrollmentCode>();

  const create = async (): Promise<Outcome> => {
    if (chosen.length === 0) {
      return { kind: 'refused', sentence: 'Choose the environments that the agent works in.' };
    }
    const reach = {
      ...(group.trim() !== '' && { group: group.trim() }),
      ...(chosenRooms.length > 0 && { rooms: chosenRooms }),
    };
    setCode(await ask('agent.enroll', { name, environments: chosen, ...reach }));
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
        <TextInput
          label="Group"
          placeholder="none"
          help="It is offered what belongs to this group, and nothing else. Without one: what belongs to no group."
          value={group}
          onChange={setGroup}
        />
        {rooms.length > 0 && (
          <Checks
            label="Machine rooms"
            options={rooms}
            chosen={chosenRooms}
            onChange={setChosenRooms}
            help="It is offered releases whose hosts all stand in these. None chosen: in any."
          />
        )}
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
