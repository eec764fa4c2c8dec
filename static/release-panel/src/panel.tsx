import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import { Skeleton } from './skeleton';
import { Release } from './release';
import { useRelease } from './use-release';

/** The panel of a release issue. */
export function Panel() {
  const { view, problem, look, hurry } = useRelease();
  if (view === undefined) {
    return (
      <main className="panel">
        {problem === undefined ? <Skeleton /> : <Lost problem={problem} look={look} />}
      </main>
    );
  }
  return (
    <main className="panel">
      {view.kind === 'not-a-release' ? (
        <SectionMessage title="This issue is no release yet" headingLevel="h2">
          <p>{view.sentence}</p>
        </SectionMessage>
      ) : (
        <Release view={view} isStale={problem !== undefined} look={look} hurry={hurry} />
      )}
    </main>
  );
}

interface LostProps {
  readonly problem: string;
  readonly look: () => Promise<void>;
}

/** The first look failed, so there is nothing else to show. */
function Lost({ problem, look }: LostProps) {
  return (
    <div role="alert">
      <SectionMessage appearance="error" title="The release could not be loaded" headingLevel="h2">
        <p>{problem}</p>
        <p className="actions">
          <Button spacing="compact" onClick={() => void look()}>
            Load again
          </Button>
        </p>
      </SectionMessage>
    </div>
  );
}
