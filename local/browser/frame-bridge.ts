/**
 * Inside a frame of the app, before its own scripts: `__bridge`, which @forge/bridge 7.2.0 reads when it is loaded.
 * It speaks to the site's pages only, whoever else frames or writes to this page.
 */
import { isRecord, remoteCalls } from './remote-calls';

/** Put in when the script is bundled. */
declare const SITE_URL: string;

const { call, receive } = remoteCalls(
  (message) => window.parent.postMessage(message, SITE_URL),
  (name, payload) => (name === 'theme' ? applyTheme(payload) : undefined),
);

window.addEventListener('message', ({ source, origin, data }: MessageEvent<unknown>) => {
  if (source === window.parent && origin === SITE_URL) receive(data);
});

const bridge = {
  callBridge: async (name: string, payload?: unknown): Promise<unknown> => {
    const answer = await call(name, payload);
    if (name !== 'enableTheming') return answer;
    await mountTokens();
    applyTheme(answer);
    return undefined;
  },
};
Object.defineProperty(window, '__bridge', { value: bridge });

/** Attribute names and the theme's form: @atlaskit/tokens 20.7.0, get-theme-html-attrs. */
function applyTheme(theme: unknown): void {
  const colorMode = isRecord(theme) && theme['colorMode'] === 'dark' ? 'dark' : 'light';
  const page = document.documentElement;
  page.dataset['colorMode'] = colorMode;
  page.dataset['theme'] = 'dark:dark light:light shape:shape spacing:spacing typography:typography';
}

/** Settles once the tokens are there, so that a page which waits paints in its colours at once. */
function mountTokens(): Promise<void> {
  if (document.querySelector('link[href="/theme.css"]') !== null) return Promise.resolve();
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = '/theme.css';
  return new Promise((settle) => {
    link.addEventListener('load', () => settle());
    link.addEventListener('error', () => settle());
    document.head.append(link);
  });
}
