/** Builds one page: `vite build static/<surface> --config static/vite.config.mjs`. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  // Forge serves a page below a path that nobody knows before.
  base: './',
  plugins: [react()],
  build: {
    outDir: 'build',
    emptyOutDir: true,
    target: 'es2022',
    // Forge's content security policy allows neither data: URLs as scripts nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
