import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  cacheDir: '.vite',
  // The packages are linked from a cache that all tests share.
  server: { fs: { strict: false } },
});
