import type { StoryEntry } from '#wire/page';
import { Person } from './person';

/** Who did what when, the newest first. */
export function Story({ entries }: { readonly entries: readonly StoryEntry[] }) {
  return (
    <section aria-labelledby="story">
      <h2 id="story">Story</h2>
      <ol className="story" reversed>
        {entries.map(({ serial, at, by, text }) => (
          <li key={serial}>
            <time dateTime={new Date(at * 1000).toISOString()}>
              {new Date(at * 1000).toLocaleString()}
            </time>{' '}
            {by === null ? <span className="person">Interlock</span> : <Person accountId={by} />}{' '}
            {text}
          </li>
        ))}
      </ol>
    </section>
  );
}
