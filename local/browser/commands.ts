/** What a page of the app may ask of Jira through the bridge: the commands of @forge/bridge 7.2.0 that this host models. */
import { emit, listenTo } from './event-bus';
import { closeFlag, showFlag } from './flags';
import type { AppFrame } from './frame';
import { askGateway } from './gateway';
import { refreshIssue } from './live-issue';
import { openModal } from './modal';
import { addressOf, navigate } from './navigation';
import { isCallback, isRecord } from './remote-calls';
import { siteTheme } from './theme';

type Command = (frame: AppFrame, payload: unknown) => unknown;

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['invoke', invoke],
  ['getContext', getContext],
  ['fetchProduct', fetchProduct],
  ['enableTheming', enableTheming],
  ['showFlag', (_frame, flag) => showFlag(flag)],
  ['closeFlag', (_frame, flag) => closeFlag(String(isRecord(flag) ? flag['id'] : ''))],
  ['openModal', (frame, wanted) => openModal(frame, wanted, answerFrame)],
  ['close', closeModal],
  ['submit', closeModal],
  ['onClose', onClose],
  ['navigate', (_frame, wanted) => navigate(wanted)],
  ['getUrl', (_frame, wanted) => addressOf(wanted)],
  ['reload', () => window.location.reload()],
  ['refresh', refreshIssue],
  ['refreshIssueView', refreshIssue],
  ['changeWindowTitle', (_frame, title) => void (document.title = String(title))],
  ['on', (_frame, wanted) => listenTo(wanted)],
  ['emit', (_frame, wanted) => emit(wanted)],
  ['onPublic', (_frame, wanted) => listenTo(wanted)],
  ['emitPublic', (_frame, wanted) => emit(wanted)],
  ['getFrameId', ({ place }) => place.moduleKey],
  ['emitReadyEvent', () => undefined],
]);

/** Answers a call of a frame; what is not modelled is refused and noted, never quietly done. */
export async function answerFrame(
  frame: AppFrame,
  name: string,
  payload: unknown,
): Promise<unknown> {
  const command = COMMANDS.get(name);
  if (command !== undefined) return command(frame, payload);
  await askGateway('gap', frame.place, { name });
  throw new Error(`Local Jira does not model the bridge's ${name}.`);
}

async function invoke({ place }: AppFrame, payload: unknown): Promise<unknown> {
  const wanted = isRecord(payload) ? payload : {};
  const { body } = await askGateway('invoke', place, {
    functionKey: wanted['functionKey'],
    payload: wanted['payload'],
  });
  return wanted['metadata'] === undefined ? body : { body, metadata: {} };
}

async function getContext({ place, modal }: AppFrame): Promise<unknown> {
  const { context } = await askGateway('context', place, {});
  if (!isRecord(context)) throw new Error('The gateway gave no context.');
  const extension = isRecord(context['extension']) ? context['extension'] : {};
  return {
    ...context,
    theme: siteTheme(),
    extension: {
      ...extension,
      location: window.location.href,
      ...(modal === undefined ? {} : { modal: modal.context }),
    },
  };
}

function fetchProduct({ place }: AppFrame, payload: unknown): Promise<unknown> {
  const wanted = isRecord(payload) ? payload : {};
  const init = isRecord(wanted['fetchRequestInit']) ? wanted['fetchRequestInit'] : {};
  return askGateway('fetch-product', place, {
    product: wanted['product'],
    restPath: wanted['restPath'],
    method: init['method'] ?? 'GET',
    headers: init['headers'] ?? [],
    body: init['body'] ?? null,
    isMultipartFormData: wanted['isMultipartFormData'] === true,
  });
}

function enableTheming(frame: AppFrame): unknown {
  frame.isThemed = true;
  return siteTheme();
}

/** False is the bridge's word for a view that does not close. */
function closeModal({ modal }: AppFrame, payload: unknown): boolean {
  modal?.close(payload);
  return modal !== undefined;
}

function onClose({ modal }: AppFrame, callback: unknown): boolean {
  if (modal === undefined || !isCallback(callback)) return false;
  modal.closing = callback;
  return true;
}
