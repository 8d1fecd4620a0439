/**
 * Builds each page by itself: what two pages share is then cut to what each of them needs, and the scripts of both are
 * smaller than with a chunk for the two.
 */

import { readdirSync, rmSync } from 'node:fs'
import { build } from 'vite'

const root = import.meta.dirname
const pages = readdirSync(root).filter((file) => file.endsWith('.html'))

rmSync(`${root}/dist`, { recursive: true, force: true })
for (const [number, page] of pages.entries()) {
  await build({
    root,
    logLevel: 'warn',
    build: { emptyOutDir: false, copyPublicDir: number === 0, rolldownOptions: { input: page } },
  })
}
