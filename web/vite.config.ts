import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

const outDir = path.join(import.meta.dirname, 'dist');

/** Writes `.gz` files beside everything that is text: the server sends them as they are. */
function zipped(): Plugin {
  return {
    name: 'whenabouts-zipped',
    apply: 'build',
    enforce: 'post',
    closeBundle() {
      for (const name of fs.readdirSync(outDir, { recursive: true, encoding: 'utf8' })) {
        const file = path.join(outDir, name);
        if (/\.(js|css|html|svg|webmanifest)$/.test(name))
          fs.writeFileSync(`${file}.gz`, gzipSync(fs.readFileSync(file), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [
    react(),
    VitePWA({
      registerType: 'prompt',
      injectRegister: false,
      manifest: {
        name: 'Whenabouts',
        short_name: 'Whenabouts',
        description: 'Your agenda, your presence and your calls.',
        theme_color: '#0c5664',
        background_color: '#f5f3ed',
        display: 'standalone',
        start_url: '/',
        icons: [
          { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
          { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
        ],
      },
      workbox: {
        globPatterns: ['**/*.{js,css,html,svg}'],
        navigateFallbackDenylist: [/^\/api\//],
        // What the API answers is never kept on the device: it may be private, and old presence is wrong presence.
        runtimeCaching: [],
      },
    }),
    zipped(),
  ],
  worker: { format: 'es' },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2023',
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What every page needs comes in two files instead of thirty small ones: fewer requests, better compression.
          groups: [
            {
              name: 'libraries',
              // What only lazy pages use of these comes with them.
              test: /node_modules[\\/](react|react-dom|scheduler|i18next|react-i18next|@tanstack)[\\/](?!.*(infiniteQueryObserver|useInfiniteQuery|useBlocker))/,
            },
            {
              name: 'shell',
              test: /web[\\/]src[\\/](shell[\\/](?!controls|dialog|check-steps|field-errors|time-zone|shortcuts-dialog|live-worker)[^.]+\.tsx?|agenda[\\/][^.]+\.tsx?|agenda[\\/]agenda\.queries|presence[\\/](my-presence|presence\.queries|status|words)\.)/,
            },
          ],
        },
      },
    },
  },
});
