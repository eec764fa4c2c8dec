/** Our two scripts for browsers, bundled once when somebody first asks: the host page's, and the bridge inside a frame. */
import { buildSync } from 'esbuild';
import { join } from 'node:path';

export interface BrowserScripts {
  /** Runs on the site's pages that hold frames of the app. */
  hostPage(): Buffer;
  /** Stands in for Atlassian's global-bridge.js, first in the head of each page of the app. */
  frameBridge(): Buffer;
}

export function browserScripts(siteUrl: string): BrowserScripts {
  const made = new Map<string, Buffer>();
  const script = (name: string): Buffer => {
    const known = made.get(name) ?? build(name, siteUrl);
    made.set(name, known);
    return known;
  };
  return {
    hostPage: () => script('host-page'),
    frameBridge: () => script('frame-bridge'),
  };
}

function build(name: string, siteUrl: string): Buffer {
  const { outputFiles } = buildSync({
    entryPoints: [join(__dirname, 'browser', `${name}.ts`)],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    // The package's main file would bring the part for frames too, which must not run around them.
    alias: { 'iframe-resizer': require.resolve('iframe-resizer/js/iframeResizer.js') },
    define: { SITE_URL: JSON.stringify(siteUrl) },
    // The folder's own settings are for type checks only.
    tsconfigRaw: {},
    logLevel: 'silent',
  });
  return Buffer.from(outputFiles[0]?.contents ?? []);
}
