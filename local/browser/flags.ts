/** Short words in a corner of the site's page, as Jira shows them for an app's `showFlag`. */
import { isCallback, isRecord } from './remote-calls';

const DISMISS_AFTER_MS = 8_000;
const TYPES = new Set(['info', 'success', 'warning', 'error']);

export function showFlag(flag: unknown): true {
  if (!isRecord(flag)) throw new Error('A flag has an id and a title.');
  const id = String(flag['id']);
  closeFlag(id);
  const type = String(flag['type']);
  const box = element('div', '', `flag ${TYPES.has(type) ? type : 'info'}`);
  box.dataset['flag'] = id;
  box.append(element('strong', textOf(flag['title'])), element('p', textOf(flag['description'])));
  for (const action of Array.isArray(flag['actions']) ? flag['actions'] : []) {
    if (isRecord(action)) box.append(actionButton(action));
  }
  const close = element('button', 'Dismiss');
  close.addEventListener('click', () => box.remove());
  box.append(close);
  region().append(box);
  if (flag['isAutoDismiss'] === true) setTimeout(() => box.remove(), DISMISS_AFTER_MS);
  return true;
}

export function closeFlag(id: string): true {
  for (const box of document.querySelectorAll<HTMLElement>('.flag')) {
    if (box.dataset['flag'] === id) box.remove();
  }
  return true;
}

function actionButton(action: Readonly<Record<string, unknown>>): HTMLElement {
  const button = element('button', textOf(action['text']));
  const { onClick } = action;
  button.addEventListener('click', () => {
    if (isCallback(onClick)) onClick();
  });
  return button;
}

/** The place that screen readers listen to. */
function region(): HTMLElement {
  const known = document.querySelector<HTMLElement>('.flags');
  if (known !== null) return known;
  const made = element('div', '', 'flags');
  made.setAttribute('role', 'status');
  document.body.append(made);
  return made;
}

function element(tag: string, text: string, className = ''): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className !== '') made.className = className;
  return made;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
