import { defineConfig } from 'vitest/config'
import type { Plugin } from 'vite'
import { es } from './src/i18n/es.ts'

/** Pages are Spanish before any script runs: `{{key}}` in an HTML file becomes that text of the Spanish catalogue. */
function spanishPages(): Plugin {
  const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')
  return {
    name: 'spanish-pages',
    transformIndexHtml: (html) =>
      html.replace(/\{\{([\w.]+)\}\}/g, (_, key: string) => {
        const text = (es as Record<string, string>)[key]
        if (text === undefined) throw new Error(`No text "${key}" in src/i18n/es.ts`)
        return escape(text)
      }),
  }
}

// `npm run dev` serves the pages alone and leaves the rest to a gateway that already runs.
const GATEWAY = 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [spanishPages()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    // OBS 30 shows its browser sources with Chrome 103.
    target: ['chrome103', 'firefox103', 'safari15.4'],
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', 'sign-in.html', 'sign-up.html', 'dashboard.html', 'overlay.html', '404.html'],
    },
  },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': GATEWAY, '/local': GATEWAY, '/config.json': GATEWAY },
  },
  test: { include: ['tests/**/*.test.ts'], css: true },
})
