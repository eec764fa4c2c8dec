import { addHistory } from './changelog';
import { addComment } from './comments';
import type { Desk, Person } from './desk';
import { type EditPlan, writeChanges } from './edits';
import { announceCommented, announceUpdated } from './events';
import { type Issue, issueByIdOrKey, touch } from './issues';
import { atomically } from './table';

/** Writes what a plan says, with its history, and tells whoever listens. */
export function saveEdit(
  desk: Desk,
  person: Person,
  issue: Issue,
  plan: EditPlan & { readonly kind: 'plan' },
): void {
  const nowMs = desk.clock.now();
  const author = person.accountId;
  const items = plan.changes.map(({ item }) => item);
  const saved = atomically(desk.database, () => {
    writeChanges(desk, issue.id, plan.changes);
    touch(desk.database, issue.id, nowMs);
    const comments = plan.comments.map((comment) =>
      addComment(desk.database, { issueId: issue.id, author, ...comment }, nowMs),
    );
    const entry = { issueId: issue.id, author, createdMs: nowMs, items };
    return { comments, history: items.length === 0 ? undefined : addHistory(desk.database, entry) };
  });
  const edited = issueByIdOrKey(desk.database, issue.id) ?? issue;
  if (saved.history !== undefined) {
    announceUpdated(desk, edited, person, { historyId: saved.history.id, items });
  }
  for (const comment of saved.comments) announceCommented(desk, edited, comment, person);
}
