import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [
    react(),
    import(`${process.cwd()}/.amplify/front-end/vite.cjs`).then((m) => m.default(), () => null),
  ],
  cacheDir: '.vite',
  // The packages are linked from a cache that all tests share.
  server: { fs: { strict: false } },
});
