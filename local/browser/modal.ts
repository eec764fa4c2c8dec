/** `Modal` of the bridge: another page of the app in a dialog over the site's page. */
import { type Answer, type AppFrame, type AppModal, forgetFrame, openFrame } from './frame';
import { isCallback, isRecord } from './remote-calls';

const SIZES = new Set(['small', 'medium', 'large', 'xlarge', 'max']);

export function openModal(opener: AppFrame, wanted: unknown, answer: Answer): true {
  if (!isRecord(wanted)) throw new Error('A modal says what it shows.');
  const size = String(wanted['size']);
  if (!SIZES.has(size)) throw new Error(`Local Jira has no modal of the size ${size}.`);
  const dialog = document.createElement('dialog');
  dialog.className = `modal ${size}`;
  const title = typeof wanted['title'] === 'string' ? wanted['title'] : '';
  dialog.setAttribute('aria-label', title === '' ? 'App' : title);
  const element = document.createElement('iframe');
  copyAttributes(opener.element, element);
  dialog.append(element);
  document.body.append(dialog);

  const modal: AppModal = {
    context: wanted['context'],
    close: (payload) => {
      modal.closing?.();
      forgetFrame(frame);
      dialog.close();
      dialog.remove();
      const { onClose } = wanted;
      if (isCallback(onClose)) onClose(payload);
    },
  };
  dialog.showModal();
  const resource = typeof wanted['resource'] === 'string' ? wanted['resource'] : opener.resource;
  const { place, origin } = opener;
  const frame = openFrame({ place, origin, resource, element, modal }, answer);
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    if (wanted['closeOnEscape'] !== false) modal.close(undefined);
  });
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog && wanted['closeOnOverlayClick'] !== false) modal.close(undefined);
  });
  return true;
}

/** The same sandbox and permissions as the frame that opens it. */
function copyAttributes(from: HTMLIFrameElement, to: HTMLIFrameElement): void {
  for (const name of ['sandbox', 'allow', 'title', 'class']) {
    to.setAttribute(name, from.getAttribute(name) ?? '');
  }
}
