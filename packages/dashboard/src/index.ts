/** Where the dashboard's files are: what plugin-admin takes as `assets`. */
import { fileURLToPath } from 'node:url'

/** A folder with `index.html`, a script and a style sheet; they load nothing from elsewhere. */
export const dashboardFolder = fileURLToPath(new URL('../site/dist', import.meta.url))
