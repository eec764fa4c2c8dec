import { lazy, Suspense, useState } from 'react';
import { Tabs } from '../../shared/src/tabs';
import type { TabItem } from '../../shared/src/tabs';
import { Environments } from './environments';
import { Header } from './header';
import { hostsOf } from './host-states';
import { Hosts } from './hosts';
import { NowCard } from './now-card';
import { Scripts } from './scripts';
import { Stages } from './stages';
import { firstTab } from './first-tab';
import type { TabKey } from './first-tab';
import { useDraft } from './use-draft';
import type { ReleaseShown } from './view';

// A tab that few looks open comes when it is opened.
const ContentEditor = lazy(() =>
  import('./editor/content-editor').then((loaded) => ({ default: loaded.ContentEditor })),
);
const ConfigChanges = lazy(() =>
  import('./config-changes').then((loaded) => ({ default: loaded.ConfigChanges })),
);
const Log = lazy(() => import('./log/log').then((loaded) => ({ default: loaded.Log })));
const Activity = lazy(() => import('./activity').then((loaded) => ({ default: loaded.Activity })));

interface ReleaseProps {
  readonly view: ReleaseShown;
  /** The last look failed. */
  readonly isStale: boolean;
  readonly look: () => Promise<void>;
  readonly hurry: () => void;
}

/** Where the release stands, what comes next, and everything below it one click away. */
export function Release({ view, isStale, look, hurry }: ReleaseProps) {
  const [chosen, setChosen] = useState<TabKey>();
  // Lives here so that what was typed outlives a change of tabs.
  const draft = useDraft(view.content);
  const selected = chosen ?? firstTab(view);
  const acted = (): void => {
    hurry();
    void look();
  };

  return (
    <>
      <Header view={view} isStale={isStale} />
      <Environments environments={view.environments} />
      <Stages view={view} />
      <NowCard view={view} isWriting={draft.isTouched} onActed={acted} />
      <Tabs label="Release details" items={tabsOf(view)} selected={selected} onSelect={setChosen}>
        <Suspense fallback={<div className="skeleton loading-card" />}>
          {selected === 'hosts' && <Hosts hosts={hostsOf(view)} content={view.content} />}
          {selected === 'sql' && <Scripts view={view} onReviewed={acted} />}
          {selected === 'config' && <ConfigChanges changes={view.config} />}
          {selected === 'log' && <Log view={view} />}
          {selected === 'activity' && <Activity entries={view.story} />}
          {selected === 'content' && (
            <ContentEditor
              draft={draft}
              environments={view.environments.map(({ id }) => id)}
              refused={view.editRefused}
              base={view.contentMark}
              onRefused={() => void look()}
              onSaved={acted}
            />
          )}
        </Suspense>
      </Tabs>
    </>
  );
}

interface PanelTab extends TabItem {
  readonly key: TabKey;
}

const tabsOf = ({ hosts, scripts, config }: ReleaseShown): readonly PanelTab[] => [
  { key: 'hosts', label: 'Hosts', count: hosts.length },
  { key: 'sql', label: 'SQL', count: scripts.length },
  { key: 'config', label: 'Config', count: config.length },
  { key: 'content', label: 'Content' },
  { key: 'log', label: 'Log' },
  { key: 'activity', label: 'Activity' },
];
