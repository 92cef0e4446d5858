/** Builds the console for /console, where the server serves it; `npm run dev -w console` proxies the API instead. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  build: {
    target: 'es2022',
    // Inlined assets would be data: URLs, which the content security policy does not allow for fonts.
    assetsInlineLimit: 0,
    // Modern browsers only: the polyfill is an inline script, which the policy refuses.
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/v1': 'http://localhost:8070' } },
});
