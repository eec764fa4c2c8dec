/** Jira's issue view shows by itself what others do to the issue; so does the site's page, around the app's frames. */

const LOOK_MILLISECONDS = 2_000;

/** Looks again and again while somebody may be watching. */
export function keepIssueLive(): void {
  if (liveParts().length === 0) return;
  setInterval(() => {
    // A look that fails is followed by the next one.
    if (!document.hidden) void refreshIssue().catch(() => undefined);
  }, LOOK_MILLISECONDS);
}

/** Takes over what has changed; a part that somebody is at is left as it is. */
export async function refreshIssue(): Promise<void> {
  const answer = await fetch(addressOfIssue());
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const part of liveParts()) {
    const now = fresh.querySelector(`[data-live="${part.dataset['live'] ?? ''}"]`);
    const isBusy = part.contains(document.activeElement);
    if (now !== null && !isBusy && now.innerHTML !== part.innerHTML) part.replaceWith(now);
  }
}

const liveParts = (): readonly HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>('[data-live]'),
];

/** A refused click leaves the address of its transition in the window; the issue's own stands in the page. */
function addressOfIssue(): string {
  const { issue = '' } = document.querySelector<HTMLElement>('[data-issue]')?.dataset ?? {};
  return `/browse/${encodeURIComponent(issue)}${window.location.search}`;
}
