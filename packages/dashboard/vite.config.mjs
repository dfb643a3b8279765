// The page that a browser loads: one file of scripts and one of styles, from what the compiler has made.
import { fileURLToPath } from 'node:url'

/** Types of the API are all that a page takes from the server's packages: `import type`. */
const serverless = {
  name: 'serverless',
  resolveId(id, importer) {
    if (!id.startsWith('@sipwright/')) return null
    throw new Error(`${importer}: ${id} does not run in a browser`)
  },
}

export default {
  root: fileURLToPath(new URL('site', import.meta.url)),
  base: './',
  logLevel: 'warn',
  plugins: [serverless],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', modulePreload: false },
}
