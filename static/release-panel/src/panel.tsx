import { statusName } from '#core/status';
import type { ReleaseView } from '#wire/page';
import { ContentEditor } from './content-editor';
import { Hosts } from './hosts';
import { Sentence } from './person';
import { Question } from './question';
import { Story } from './story';
import { useRelease } from './use-release';

/** The panel of a release issue. */
export function Panel() {
  const { view, problem, look } = useRelease();
  return (
    <main>
      {problem !== undefined && <p role="alert">{problem}</p>}
      {view === undefined && problem === undefined && <p>Loading…</p>}
      {view?.kind === 'not-a-release' && <p>{view.sentence}</p>}
      {view?.kind === 'release' && <Release view={view} onChanged={look} />}
    </main>
  );
}

type ReleaseShown = Extract<ReleaseView, { kind: 'release' }>;

function Release({
  view,
  onChanged,
}: {
  readonly view: ReleaseShown;
  readonly onChanged: () => Promise<void>;
}) {
  return (
    <>
      <header>
        <strong className={`status status-${view.status}`}>{statusName(view.status)}</strong>
        <Environments view={view} />
      </header>
      <section className={view.failure ? 'now now-failed' : 'now'} aria-labelledby="now">
        <h2 id="now">Now</h2>
        <p role="status">
          <Sentence text={view.now} />
        </p>
        {view.answerable && <Question onAnswered={onChanged} />}
      </section>
      <Hosts hosts={view.hosts} />
      <ContentEditor content={view.content} refused={view.editRefused} onSaved={onChanged} />
      <Story entries={view.story} />
    </>
  );
}

function Environments({ view }: { readonly view: ReleaseShown }) {
  return (
    <ol className="environments">
      {view.environments.map(({ id, current, deployedAt }) => (
        <li key={id} aria-current={current ? 'step' : undefined}>
          {id}
          {deployedAt !== null && <span className="deployed"> deployed</span>}
        </li>
      ))}
    </ol>
  );
}
