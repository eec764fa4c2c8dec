import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import { lazy, Suspense, useState } from 'react';
import type { Site } from '#core/site';
import type { SettingsView } from '#wire/page';
import { Tabs } from '../../shared/src/tabs';
import type { TabItem } from '../../shared/src/tabs';
import { PolicyForm } from './policy-form';
import { Sites } from './sites';
import { useSettings, useWatch } from './use-settings';
import type { LookUntil } from './use-settings';
import { Workflow } from './workflow';

// Brings Atlassian's table, which is half as big as all the rest.
const Agents = lazy(() => import('./agents').then((loaded) => ({ default: loaded.Agents })));

type TabKey = 'workflow' | 'policy' | 'sites' | 'agents';

interface SettingsTab extends TabItem {
  readonly key: TabKey;
}

/** A project's release control. */
export function Settings() {
  const { view, problem, look, lookUntil, glance } = useSettings();

  return (
    <main className="settings">
      <h1>Release control</h1>
      {problem !== undefined && (
        <div role="alert">
          <SectionMessage
            appearance="error"
            title="The settings could not be loaded"
            headingLevel="h2"
          >
            <p>{problem}</p>
            <Button spacing="compact" onClick={() => void look()}>
              Load again
            </Button>
          </SectionMessage>
        </div>
      )}
      {view === undefined && problem === undefined && <Loading />}
      {view && <Loaded view={view} look={look} lookUntil={lookUntil} glance={glance} />}
    </main>
  );
}

interface LoadedProps {
  readonly view: SettingsView;
  readonly look: () => Promise<void>;
  readonly lookUntil: LookUntil;
  readonly glance: () => Promise<void>;
}

function Loaded({ view, look, lookUntil, glance }: LoadedProps) {
  // What a new project lacks first is what its admin came for.
  const [selected, setSelected] = useState<TabKey>(view.workflowInstalled ? 'sites' : 'workflow');
  const [wereAgentsOpened, setAgentsOpened] = useState(false);
  const select = (key: TabKey): void => {
    setSelected(key);
    if (key === 'agents') setAgentsOpened(true);
  };
  useWatch(selected === 'agents', glance);
  const environments = view.policy.environments.map(({ id }) => id);
  const rooms = roomsOf(view.sites);
  // A tab that is left stays mounted: what was typed in it is not lost.
  return (
    <Tabs label="Settings" items={tabsOf(view)} selected={selected} onSelect={select}>
      <div hidden={selected !== 'workflow'}>
        <Workflow isInstalled={view.workflowInstalled} onInstalled={look} />
      </div>
      <div hidden={selected !== 'policy'}>
        <PolicyForm policy={view.policy} onSaved={look} />
      </div>
      <div hidden={selected !== 'sites'}>
        <Sites sites={view.sites} environments={environments} onSaved={look} />
      </div>
      {wereAgentsOpened && (
        <div hidden={selected !== 'agents'}>
          <Suspense fallback={<Loading />}>
            <Agents
              agents={view.agents}
              agentUrl={view.agentUrl}
              environments={environments}
              rooms={rooms}
              onCreated={look}
              lookUntil={lookUntil}
            />
          </Suspense>
        </div>
      )}
    </Tabs>
  );
}

/** Every machine room that hosts stand in. */
const roomsOf = (sites: readonly Site[]): readonly string[] => {
  const hosts = sites.flatMap(({ environments }) =>
    Object.values(environments).flatMap((place) => place.hosts),
  );
  return [...new Set(hosts.map(({ room }) => room))].filter((room) => room !== '').sort();
};

const tabsOf = ({ sites, agents }: SettingsView): readonly SettingsTab[] => [
  { key: 'workflow', label: 'Workflow' },
  { key: 'policy', label: 'Environments and people' },
  { key: 'sites', label: 'Sites', count: sites.length },
  { key: 'agents', label: 'Agents', count: agents.length },
];

const Loading = () => (
  <div className="stack" role="status">
    <span className="hidden-words">Loading</span>
    <div className="skeleton" style={{ width: '40%' }} />
    <div className="skeleton" />
    <div className="skeleton" />
  </div>
);
