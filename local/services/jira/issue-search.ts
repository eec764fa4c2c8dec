import type { Desk, Person } from './desk';
import { issueByIdOrKey } from './issues';
import { compile } from './jql/compile';
import type { Query } from './jql/parse';
import { holds, holdsOnIssue } from './permissions';
import { allProjects } from './projects';
import { type Hit, refreshIndex, searchIndex } from './search-index';

export type Search =
  | { readonly kind: 'found'; readonly ids: readonly number[] }
  | { readonly kind: 'refused'; readonly message: string };

/** Ids of the issues that match and that this person may browse; those in `fresh` are seen as they are now. */
export function searchIssues(
  desk: Desk,
  person: Person,
  query: Query,
  fresh: readonly number[] = [],
): Search {
  const compilation = compile(desk, person, query);
  if (compilation.kind === 'error') return { kind: 'refused', message: compilation.message };
  refreshIndex(desk, fresh);
  return { kind: 'found', ids: browsable(desk, person, searchIndex(desk, compilation.sql)) };
}

/** Whoever may browse a whole project is not asked issue by issue: projects have thousands. */
function browsable(desk: Desk, person: Person, found: readonly Hit[]): readonly number[] {
  const open = new Set(
    allProjects(desk.database)
      .filter((project) => holds(desk, person.accountId, 'BROWSE_PROJECTS', project))
      .map(({ id }) => id),
  );
  return found
    .filter(({ issueId, projectId }) => {
      if (open.has(projectId)) return true;
      const issue = issueByIdOrKey(desk.database, issueId);
      return issue !== undefined && holdsOnIssue(desk, person.accountId, 'BROWSE_PROJECTS', issue);
    })
    .map(({ issueId }) => issueId);
}
