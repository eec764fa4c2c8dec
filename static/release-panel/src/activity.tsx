import { Fragment, lazy, Suspense, useState } from 'react';
import Button from '@atlaskit/button/new';
import type { StoryEntry } from '#wire/page';
import { Moment } from '../../shared/src/moment';
import { usePersonName } from '../../shared/src/person';
import { Sentence } from '../../shared/src/person';

// Few people audit, so what joins the file comes after everything else.
const AuditDownload = lazy(() =>
  import('./audit-download').then((loaded) => ({ default: loaded.AuditDownload })),
);

const SHOWN_FIRST = 30;

/** Who did what when, the newest first. */
export function Activity({ entries }: { readonly entries: readonly StoryEntry[] }) {
  const [shown, setShown] = useState(SHOWN_FIRST);
  if (entries.length === 0) return <p className="empty">Nothing has happened yet.</p>;
  const visible = entries.slice(0, shown);
  return (
    <>
      <ol className="activity" reversed>
        {visible.map((entry, index) => (
          <Fragment key={entry.serial}>
            {dayOf(entry) !== dayOf(visible[index - 1]) && (
              <li className="activity-day small strong">{dayOf(entry)}</li>
            )}
            <Entry entry={entry} />
          </Fragment>
        ))}
      </ol>
      {entries.length > shown ? (
        <Button appearance="subtle" spacing="compact" onClick={() => setShown(shown + SHOWN_FIRST)}>
          Show older activity
        </Button>
      ) : (
        isCut(entries) && <p className="small">What is older stands in the issue’s history.</p>
      )}
      <Suspense fallback={null}>
        <AuditDownload />
      </Suspense>
    </>
  );
}

function Entry({ entry }: { readonly entry: StoryEntry }) {
  return (
    <li className="activity-entry">
      <span className="small">
        <Moment seconds={entry.at} style="time" />
      </span>
      {entry.by === null ? <Actor name="Interlock" /> : <PersonActor accountId={entry.by} />}
      <span className="activity-text">
        <Sentence text={entry.text} />
      </span>
    </li>
  );
}

/** A look brings the newest part of a long story; the first entry has the serial 1. */
const isCut = (entries: readonly StoryEntry[]): boolean => (entries.at(-1)?.serial ?? 1) > 1;

const PersonActor = ({ accountId }: { readonly accountId: string }) => (
  <Actor name={usePersonName(accountId)} />
);

function Actor({ name }: { readonly name: string }) {
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase());
  return (
    <>
      <span className="initials" aria-hidden="true">
        {initials}
      </span>
      <span className="person activity-actor">{name}</span>
    </>
  );
}

const dayOf = (entry: StoryEntry | undefined): string | undefined =>
  entry && new Date(entry.at * 1_000).toLocaleDateString(undefined, { dateStyle: 'medium' });
