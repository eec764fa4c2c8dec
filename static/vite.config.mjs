/** Builds one page: `vite build static/<surface> --config static/vite.config.mjs`. */
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** What a person waits for before the first look, in bytes after gzip; a build that exceeds it fails. */
const FIRST_LOAD_MAX_BYTES = {
  'release-panel': { js: 150_000, css: 20_000 },
  settings: { js: 200_000, css: 25_000 },
};

/** Experiments of Atlassian's own products are never switched on in an app, and their client is 30 kB: every gate is shut. */
const SHUT_GATES = `
  const client = {
    checkGate: () => false,
    initializeCalled: () => false,
    initializeCompleted: () => false,
    getExperimentValue: (experiment, parameter, fallback) => fallback,
    getExperiment: () => ({ get: (parameter, fallback) => fallback }),
  };
  export default client;
  export { client as FeatureGates };
`;

function shutGates() {
  const id = '\0feature-gates';
  return {
    name: 'shut-feature-gates',
    enforce: 'pre',
    resolveId: (source) => (source.startsWith('@atlaskit/feature-gate-js-client') ? id : undefined),
    load: (wanted) => (wanted === id ? SHUT_GATES : undefined),
  };
}

function keepBudget() {
  let surface = '';
  return {
    name: 'keep-first-load-budget',
    configResolved: ({ root }) => {
      surface = basename(root);
    },
    generateBundle(_options, bundle) {
      const first = firstLoad(bundle);
      const sizes = { js: sizeOf(bundle, first.js), css: sizeOf(bundle, first.css) };
      const limits = FIRST_LOAD_MAX_BYTES[surface];
      if (limits === undefined) this.error(`The page ${surface} has no budget for its first load.`);
      for (const kind of ['js', 'css']) {
        if (sizes[kind] > limits[kind]) {
          this.error(
            `The first load of ${surface} has ${sizes[kind]} bytes of ${kind} after gzip, more than ${limits[kind]}; load something later.`,
          );
        }
      }
      console.log(`${surface}: first load ${sizes.js} bytes of JS, ${sizes.css} of CSS, gzip`);
    },
  };
}

/** The entry with everything that it imports at once. */
function firstLoad(bundle) {
  const js = new Set();
  const css = new Set();
  const visit = (name) => {
    const chunk = bundle[name];
    if (chunk?.type !== 'chunk' || js.has(name)) return;
    js.add(name);
    for (const sheet of chunk.viteMetadata?.importedCss ?? []) css.add(sheet);
    for (const imported of chunk.imports) visit(imported);
  };
  for (const [name, chunk] of Object.entries(bundle)) if (chunk.isEntry) visit(name);
  return { js: [...js], css: [...css] };
}

const sizeOf = (bundle, names) =>
  names.reduce((total, name) => total + gzipSync(contentOf(bundle[name])).length, 0);

const contentOf = (output) => (output.type === 'chunk' ? output.code : output.source);

export default defineConfig({
  // Forge serves a page below a path that nobody knows before.
  base: './',
  plugins: [shutGates(), react(), keepBudget()],
  // Atlaskit reads switches of its own build from the environment.
  define: { 'process.env.NODE_ENV': '"production"', 'process.env': {} },
  resolve: { dedupe: ['react', 'react-dom'] },
  build: {
    outDir: 'build',
    emptyOutDir: true,
    target: 'es2022',
    // Forge's content security policy allows neither data: URLs as scripts nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
