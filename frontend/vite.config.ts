import { defineConfig } from 'vitest/config'
import type { HtmlTagDescriptor, Plugin } from 'vite'
import es from './src/i18n/es.json' with { type: 'json' }
import { clerkSpanish } from './build-clerk-spanish.ts'

/** What every page has in its head, so that an HTML file holds only what is its own. */
const HEAD: HtmlTagDescriptor[] = [
  { tag: 'meta', attrs: { charset: 'utf-8' } },
  { tag: 'meta', attrs: { name: 'viewport', content: 'width=device-width, initial-scale=1' } },
  { tag: 'meta', attrs: { name: 'theme-color', content: '#0c0a12' } },
  { tag: 'link', attrs: { rel: 'icon', href: '/favicon.svg', type: 'image/svg+xml' } },
]

/**
 * Pages are Spanish before any script runs: in an HTML file `{{key}}` becomes that text of the Spanish catalogue, an
 * element with `data-t="key"` gets it as its text, or as the attribute that `data-t-to` names, and a page with
 * `<script type="application/json" id="texts">` gets the whole catalogue there.
 */
function pages(): Plugin {
  const texts: Record<string, string> = es
  const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')
  const text = (key: string) => {
    const found = texts[key]
    if (found === undefined) throw new Error(`No text "${key}" in src/i18n/es.json`)
    return escape(found)
  }
  const filled = (tag: string, key: string) => {
    const attribute = tag.match(/\sdata-t-to="([\w-]+)"/)?.[1]
    return attribute ? tag.replace(/\s*\/?>$/, () => ` ${attribute}="${text(key)}">`) : tag + text(key)
  }
  return {
    name: 'pages',
    transformIndexHtml: (html) => ({
      html: html
        .replace(/\{\{([\w.]+)\}\}/g, (_, key: string) => text(key))
        .replace(/<\w[^<>]*\sdata-t="([\w.]+)"[^<>]*>/g, filled)
        .replace('id="texts">', () => `id="texts">${JSON.stringify(texts).replace(/</g, '\\u003c')}`),
      tags: HEAD.map((tag) => ({ ...tag, injectTo: 'head-prepend' as const })),
    }),
  }
}

// `npm run dev` serves the pages alone and leaves the rest to a gateway that already runs.
const GATEWAY = 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [pages(), clerkSpanish()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    // OBS 30 shows its browser sources with Chrome 103.
    target: ['chrome103', 'firefox103', 'safari15.4'],
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': GATEWAY, '/local': GATEWAY, '/config.json': GATEWAY },
  },
  test: { include: ['tests/**/*.test.ts'], css: true },
})
