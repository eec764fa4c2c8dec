import DynamicTable from '@atlaskit/dynamic-table';
import Lozenge from '@atlaskit/lozenge';
import { useEffect, useState } from 'react';
import type { AgentView } from '#wire/page';
import { ActBar } from './act-bar';
import { ask } from './api/app';
import { Enrollment } from './enrollment';
import { useAct } from './use-act';
import type { LookUntil } from './use-settings';

interface AgentsProps {
  readonly agents: readonly AgentView[];
  readonly agentUrl: string;
  readonly environments: readonly string[];
  /** Of the hosts of all sites. */
  readonly rooms: readonly string[];
  readonly onCreated: () => Promise<void>;
  readonly lookUntil: LookUntil;
}

/** An agent that is at work calls every minute at least. */
const SILENT_SECONDS = 180;

const COLUMNS = ['Agent', 'Environments', 'State', 'Last seen', 'Version', 'Acts'];

/** The programs that do the work in the customer's network. */
export function Agents(props: AgentsProps) {
  const { agents, agentUrl, environments, rooms, onCreated, lookUntil } = props;
  return (
    <section className="stack" aria-labelledby="agents">
      <h2 id="agents">Agents</h2>
      <p className="small">
        Agents do the work inside your network. They call <code>{agentUrl}</code>; nothing calls in.
      </p>
      {agents.length === 0 ? (
        <p className="empty">No agent yet. Enroll one on a machine that reaches your hosts.</p>
      ) : (
        <div className="scroll">
          <DynamicTable
            label="Agents"
            head={{ cells: COLUMNS.map((words) => ({ key: words, content: words })) }}
            rows={agents.map((agent) => ({
              key: agent.agentId,
              cells: cellsOf(agent, lookUntil).map((content, index) => ({
                key: COLUMNS[index] ?? '',
                content,
              })),
            }))}
          />
        </div>
      )}
      <Enrollment environments={environments} rooms={rooms} onCreated={onCreated} />
    </section>
  );
}

const cellsOf = (agent: AgentView, lookUntil: LookUntil) => [
  <span key="name" className="strong" title={agent.agentId}>
    {agent.name}
  </span>,
  <div key="reach" className="stack">
    <span>{agent.environments.join(', ')}</span>
    {agent.group !== null && <span className="small">{`Group ${agent.group}`}</span>}
    {agent.rooms !== null && (
      <span className="small">{`Machine rooms ${agent.rooms.join(', ')}`}</span>
    )}
  </div>,
  <div key="state" className="stack">
    <span className="uncut">
      <State agent={agent} />
    </span>
    {agent.trouble !== null && <span className="small">{agent.trouble}</span>}
  </div>,
  <span key="seen" className="number">
    {new Date(agent.lastSeen * 1_000).toLocaleString(undefined, {
      dateStyle: 'medium',
      timeStyle: 'short',
    })}
  </span>,
  <span key="version" className="number">
    {agent.agentVersion}
  </span>,
  <Acts key="acts" agent={agent} lookUntil={lookUntil} />,
];

function State({ agent: { state, lastSeen } }: { readonly agent: AgentView }) {
  switch (state) {
    case 'pending':
      return <Lozenge appearance="warning">Waiting to be approved</Lozenge>;
    case 'suspended':
      return <Lozenge appearance="danger">Suspended</Lozenge>;
    case 'revoked':
      return <Lozenge appearance="neutral">Revoked</Lozenge>;
    case 'active':
      return Date.now() / 1_000 - lastSeen > SILENT_SECONDS ? (
        <Lozenge appearance="danger">Offline</Lozenge>
      ) : (
        <Lozenge appearance="success">Online</Lozenge>
      );
  }
}

interface ActsProps {
  readonly agent: AgentView;
  readonly lookUntil: LookUntil;
}

/** An act that is done, while the list still tells of the state before it. */
interface Behind {
  readonly act: 'approved' | 'revoked';
  readonly before: AgentView['state'];
}

/** Longer than the store lists anything late: what still shows then is how it is. */
const BEHIND_MILLISECONDS = 60_000;

/** What a list tells of the state before; forgotten once another state was seen, and in any case after a while. */
function useBehind(state: AgentView['state']) {
  const [behind, setBehind] = useState<Behind>();
  if (behind !== undefined && behind.before !== state) setBehind(undefined);
  useEffect(() => {
    if (behind === undefined) return undefined;
    const timer = setTimeout(() => setBehind(undefined), BEHIND_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [behind]);
  return [behind?.act, setBehind] as const;
}

/** Approving says: the agent's terminal shows this fingerprint. */
function Acts({ agent, lookUntil }: ActsProps) {
  const { agentId, name, fingerprint, state } = agent;
  const [behind, setBehind] = useBehind(state);
  const watch = (act: Behind['act']) => async (): Promise<void> => {
    const isSeen = await lookUntil((agents) => {
      const now = agents.find((each) => each.agentId === agentId)?.state;
      return act === 'revoked' ? now === undefined || now === 'revoked' : now !== state;
    });
    setBehind(isSeen ? undefined : { act, before: state });
  };
  const approve = useAct(
    () => ask('agent.approve', { agentId, fingerprint }),
    `${name} is approved`,
    watch('approved'),
  );
  const revoke = useAct(
    () => ask('agent.revoke', { agentId }),
    `${name} is revoked`,
    watch('revoked'),
  );
  if (state === 'revoked') return null;
  return (
    <div className="stack agent-acts">
      {behind !== undefined && (
        <p className="small" role="status">
          {`${name} is ${behind}; Jira’s list is behind and shows the state before. This page looks again by itself.`}
        </p>
      )}
      {(state === 'pending' || state === 'suspended') && behind === undefined && (
        <>
          <span className="small">
            Approve only if the agent’s terminal shows <code>{fingerprint}</code>
          </span>
          <ActBar act={approve} words={`Approve ${name}`} />
        </>
      )}
      {behind !== 'revoked' && (
        <details>
          <summary className="small">{`Revoke ${name}`}</summary>
          <p className="small">
            Its key is refused from then on; work that it has begun stands still.
          </p>
          <ActBar act={revoke} words={`Revoke ${name}`} appearance="danger" />
        </details>
      )}
    </div>
  );
}
