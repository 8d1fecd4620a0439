/** `node simulated.mjs <scenario> [rounds]`: requests of simulated.ts on standard output, their answers on standard input. */

import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'

const vite = await createServer({
  root: fileURLToPath(new URL('..', import.meta.url)),
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
})
const { simulate } = await vite.ssrLoadModule('/tests/simulated.ts')
const answers = createInterface({ input: process.stdin })
const wire = {
  tell: (what) => process.stdout.write(`${JSON.stringify(what)}\n`),
  hear: (listener) => answers.on('line', (line) => listener(JSON.parse(line))),
  turn: () => setImmediate(),
}
const [scenario, rounds] = process.argv.slice(2)
await simulate(wire, scenario, Number(rounds))
await vite.close()
process.exit()
