import { useState } from 'react';
import type { AgentView, EnrollmentCode, Outcome } from '#wire/page';
import { ActButton } from './act-button';
import { ask } from './api/app';

interface AgentsProps {
  readonly agents: readonly AgentView[];
  readonly agentUrl: string;
  readonly onChanged: () => Promise<void>;
}

/** The programs that do the work in the customer's network. */
export function Agents({ agents, agentUrl, onChanged }: AgentsProps) {
  return (
    <section aria-labelledby="agents">
      <h2 id="agents">Agents</h2>
      <p>
        Agents call <code>{agentUrl}</code>.
      </p>
      {agents.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Agent</th>
              <th scope="col">State</th>
              <th scope="col">Environments</th>
              <th scope="col">Last seen</th>
              <th scope="col">Fingerprint</th>
              <th scope="col">Acts</th>
            </tr>
          </thead>
          <tbody>
            {agents.map((agent) => (
              <Agent key={agent.agentId} agent={agent} onChanged={onChanged} />
            ))}
          </tbody>
        </table>
      )}
      <Enrollment onCreated={onChanged} />
    </section>
  );
}

interface AgentProps {
  readonly agent: AgentView;
  readonly onChanged: () => Promise<void>;
}

/** Approving says: the agent's terminal shows this fingerprint. */
function Agent({ agent, onChanged }: AgentProps) {
  const { agentId, fingerprint } = agent;
  return (
    <tr>
      <th scope="row" title={agentId}>
        {agent.name}
      </th>
      <td>{agent.state}</td>
      <td>{agent.environments.join(', ')}</td>
      <td>{new Date(agent.lastSeen * 1000).toLocaleString()}</td>
      <td className="fingerprint">{fingerprint}</td>
      <td>
        {agent.state === 'pending' && (
          <ActButton
            words={`Approve ${agent.name}: its terminal shows this fingerprint`}
            act={() => ask('agent.approve', { agentId, fingerprint })}
            after={onChanged}
          />
        )}
        {agent.state !== 'revoked' && (
          <ActButton
            words={`Revoke ${agent.name}`}
            act={() => ask('agent.revoke', { agentId })}
            after={onChanged}
          />
        )}
      </td>
    </tr>
  );
}

/** Makes a one-time code; it is shown here and never again. */
function Enrollment({ onCreated }: { readonly onCreated: () => Promise<void> }) {
  const [name, setName] = useState('');
  const [environments, setEnvironments] = useState('SIT, UAT');
  const [code, setCode] = useState<EnrollmentCode>();

  const create = async (): Promise<Outcome> => {
    const listed = environments.split(',').map((part) => part.trim());
    setCode(
      await ask('agent.enroll', { name, environments: listed.filter((part) => part !== '') }),
    );
    return { kind: 'done' };
  };

  return (
    <div className="enrollment">
      <h3>Enroll an agent</h3>
      <label>
        Name <input value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <label>
        Environments{' '}
        <input value={environments} onChange={(event) => setEnvironments(event.target.value)} />
      </label>
      <ActButton words="Create a one-time code" act={create} after={onCreated} />
      {code && (
        <p role="status">
          Code <code>{code.code}</code>, valid until{' '}
          {new Date(code.expiresAt * 1000).toLocaleTimeString()}. It is not shown again.
        </p>
      )}
    </div>
  );
}
