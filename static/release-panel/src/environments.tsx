import type { EnvironmentView } from '#wire/page';
import { ActiveSign, DoneSign, WaitingSign } from '../../shared/src/icons';
import { Moment } from '../../shared/src/moment';

/** The way of the release, in the order of promotion. */
export function Environments({
  environments,
}: {
  readonly environments: readonly EnvironmentView[];
}) {
  return (
    <ol className="chain" aria-label="Environments">
      {environments.map((environment) => (
        <li key={environment.id} aria-current={environment.current ? 'step' : undefined}>
          <SignOf environment={environment} />
          <span className="strong">{environment.id}</span>
          <span className="chain-fact">
            {environment.deployedAt === null ? (
              environment.current && 'Current'
            ) : (
              <>
                <span className="wide">Deployed </span>
                <Moment seconds={environment.deployedAt} style="day" />
              </>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}

function SignOf({ environment }: { readonly environment: EnvironmentView }) {
  if (environment.deployedAt !== null) return <DoneSign />;
  return environment.current ? <ActiveSign /> : <WaitingSign />;
}
