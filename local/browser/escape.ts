/** The Escape key leaves a dialog of the site, as its Cancel does. */
export function leaveByEscape(): void {
  const cancel = document.querySelector<HTMLElement>('.dialog .buttons a');
  if (cancel === null) return;
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') cancel.click();
  });
}
