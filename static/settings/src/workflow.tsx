import Lozenge from '@atlaskit/lozenge';
import { ask } from './api/app';
import { ActBar } from './act-bar';
import { useAct } from './use-act';

interface WorkflowProps {
  readonly isInstalled: boolean;
  readonly onInstalled: () => Promise<void>;
}

const PARTS = [
  'The issue type Release with its statuses, from Draft to Released',
  'The workflow, whose transitions ask Interlock before they let a release move',
  'The field Reason with its screen, for rejecting, aborting and rolling back',
  'The permissions Edit release content and Manage release control, in a copy of the project’s permission scheme',
  'The panel Release on every issue of the project',
];

/** Whether releases can live in this project, and the one click that makes it so. */
export function Workflow({ isInstalled, onInstalled }: WorkflowProps) {
  // A part may be there although another was refused: what stands is shown either way.
  const install = async () => {
    const outcome = await ask('workflow.install');
    if (outcome.kind === 'refused') await onInstalled();
    return outcome;
  };
  const act = useAct(install, 'The release workflow is installed', onInstalled);
  return (
    <section className="stack" aria-labelledby="workflow">
      <div className="row row-wrap">
        <h2 id="workflow">Release workflow</h2>
        <Lozenge appearance={isInstalled ? 'success' : 'warning'}>
          {isInstalled ? 'Installed' : 'Not installed'}
        </Lozenge>
      </div>
      <p>
        {isInstalled
          ? 'The release workflow is installed in this project. Create an issue of the type Release to begin one.'
          : 'Releases need these parts in Jira. Installing them takes a Jira admin; what is there already stays as it is.'}
      </p>
      {!isInstalled && (
        <ul className="parts">
          {PARTS.map((part) => (
            <li key={part}>{part}</li>
          ))}
        </ul>
      )}
      <ActBar
        act={act}
        words={isInstalled ? 'Install again' : 'Install the release workflow'}
        appearance={isInstalled ? 'default' : 'primary'}
      />
    </section>
  );
}
