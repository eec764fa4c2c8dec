/** Which SQL scripts a release still has to run in its environment, and what a DBA has said about them. */
import type { Content, SqlScript } from './content';
import { scriptsFor } from './plan';

/** What a release says about its scripts. */
interface ScriptState {
  readonly reporter: string;
  readonly editors: readonly string[];
  readonly content: Content | null;
  readonly environment: string | null;
  /** Environment → marks of the scripts that have run there. */
  readonly executed: Readonly<Record<string, readonly string[]>>;
  /** Environments in which an agent was given scripts to run. */
  readonly sqlOffered: readonly string[];
  readonly reviews: readonly ScriptReview[];
}

/** What a DBA said about one script, as it stood then. */
export interface ScriptReview {
  readonly script: string;
  /** What was reviewed: another text, undo or place is another script. */
  readonly mark: string;
  readonly by: string;
  readonly verdict: 'approved' | 'rejected';
  /** Why it was rejected; empty for an approval. */
  readonly reason: string;
}

/** The scripts that run in the release's environment and have not run there as they stand. */
export function scriptsToRun(
  release: Pick<ScriptState, 'content' | 'environment' | 'executed'>,
): readonly SqlScript[] {
  const { content, environment, executed } = release;
  if (content === null || environment === null) return [];
  return scriptsFor({ content, environment, executed: executedIn(release, executed) });
}

/** Marks of the scripts that have run in the release's environment. */
export const executedIn = (
  { environment }: Pick<ScriptState, 'environment'>,
  executed: ScriptState['executed'],
): readonly string[] =>
  environment !== null && Object.hasOwn(executed, environment) ? (executed[environment] ?? []) : [];

/** Whether SQL may have changed something in the release's environment: an agent was given scripts there, and one may have failed in its midst. */
export const hasTouchedDatabases = ({
  environment,
  sqlOffered,
  executed,
}: Pick<ScriptState, 'environment' | 'sqlOffered' | 'executed'>): boolean =>
  environment !== null &&
  (sqlOffered.includes(environment) || executedIn({ environment }, executed).length > 0);

/** What a review binds. */
export const reviewMark = ({ database, text, undo, environments }: SqlScript): string =>
  [database, text.sha256, undo?.sha256 ?? '-', ...(environments ?? ['*'])].join(' ');

/** The review of the script as it stands; undefined while nobody has judged it. Whoever became an implementer after approving counts no more. */
export const reviewOf = (
  { reviews, reporter, editors }: Pick<ScriptState, 'reviews' | 'reporter' | 'editors'>,
  script: SqlScript,
): ScriptReview | undefined =>
  reviews.find(
    ({ script: id, mark, verdict, by }) =>
      id === script.id &&
      mark === reviewMark(script) &&
      (verdict === 'rejected' || (by !== reporter && !editors.includes(by))),
  );

/** The first script that a DBA has rejected as it stands. */
export const rejectedScript = (release: ScriptState): ScriptReview | undefined =>
  scriptsToRun(release)
    .map((script) => reviewOf(release, script))
    .find((review) => review?.verdict === 'rejected');

/** Scripts that wait for a DBA. */
export const unreviewedScripts = (release: ScriptState): readonly SqlScript[] =>
  scriptsToRun(release).filter((script) => reviewOf(release, script) === undefined);
