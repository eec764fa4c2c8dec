/** One frame of the app on a page of the site. */
import iframeResizer from 'iframe-resizer';
import type { FramePlace } from './gateway';
import { remoteCalls, type RemoteCalls } from './remote-calls';

export interface AppFrame {
  readonly place: FramePlace;
  /** Key of the resource that it shows. */
  readonly resource: string;
  /** Origin that the app's pages come from. */
  readonly origin: string;
  readonly element: HTMLIFrameElement;
  /** Where it is a modal: what its opener passed, and how it closes. */
  readonly modal?: AppModal;
  readonly calls: RemoteCalls;
  /** It asked for the site's theme, and hears when that changes. */
  isThemed: boolean;
}

export interface AppModal {
  readonly context: unknown;
  close(payload: unknown): void;
  /** Runs before it is gone. */
  closing?: () => unknown;
}

export type Answer = (frame: AppFrame, name: string, payload: unknown) => unknown;

const frames: AppFrame[] = [];

/** Loads the page of the app, which may speak from then on. */
export function openFrame(
  about: Pick<AppFrame, 'place' | 'resource' | 'origin' | 'element' | 'modal'>,
  answer: Answer,
): AppFrame {
  const { element, origin, resource } = about;
  const frame: AppFrame = {
    ...about,
    isThemed: false,
    calls: remoteCalls(
      (message) => element.contentWindow?.postMessage(message, origin),
      (name, payload) => answer(frame, name, payload),
    ),
  };
  frames.push(frame);
  element.src = `${origin}/${resource}/index.html`;
  iframeResizer({ checkOrigin: [origin], scrolling: 'auto' }, element);
  return frame;
}

export function forgetFrame(frame: AppFrame): void {
  frames.splice(frames.indexOf(frame), 1);
}

export function openFrames(): readonly AppFrame[] {
  return frames;
}

/** Hands each message to the frame that sent it: the window must be ours, and still show the app's origin. */
export function listenToFrames(): void {
  window.addEventListener('message', ({ source, origin, data }: MessageEvent<unknown>) => {
    const frame = frames.find(({ element }) => element.contentWindow === source);
    if (frame !== undefined && origin === frame.origin) frame.calls.receive(data);
  });
}
