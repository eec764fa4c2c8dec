import { useCallback, useEffect, useState } from 'react';
import type { SettingsView } from '#wire/page';
import { ActButton } from './act-button';
import { Agents } from './agents';
import { ask } from './api/app';
import { JsonEditor } from './json-editor';
import { Sites } from './sites';

/** A project's release control. */
export function Settings() {
  const [view, setView] = useState<SettingsView>();
  const [problem, setProblem] = useState<string>();

  const look = useCallback(async () => {
    try {
      setView(await ask('settings.show'));
      setProblem(undefined);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }, []);
  useEffect(() => void look(), [look]);

  return (
    <main>
      <h1>Release control</h1>
      {problem !== undefined && <p role="alert">{problem}</p>}
      {view === undefined && problem === undefined && <p>Loading…</p>}
      {view && (
        <>
          <Workflow isInstalled={view.workflowInstalled} onInstalled={look} />
          <section aria-labelledby="policy">
            <h2 id="policy">Policy</h2>
            <JsonEditor
              name={`Policy, version ${view.policy.version}`}
              value={view.policy}
              save={(policy) => ask('policy.put', { policy })}
              after={look}
            />
          </section>
          <Sites sites={view.sites} onChanged={look} />
          <Agents agents={view.agents} agentUrl={view.agentUrl} onChanged={look} />
        </>
      )}
    </main>
  );
}

interface WorkflowProps {
  readonly isInstalled: boolean;
  readonly onInstalled: () => Promise<void>;
}

function Workflow({ isInstalled, onInstalled }: WorkflowProps) {
  return (
    <section aria-labelledby="workflow">
      <h2 id="workflow">Workflow</h2>
      {isInstalled ? (
        <p>The release workflow is installed in this project.</p>
      ) : (
        <>
          <p>
            Installs the issue type Release, its statuses and its workflow. You must be a Jira
            admin.
          </p>
          <ActButton
            words="Install the release workflow"
            act={() => ask('workflow.install')}
            after={onInstalled}
          />
        </>
      )}
    </section>
  );
}
