/** What others start, and ask of a configuration: the command `sipwright`. */
export { describeRoutes } from './config/describe.js'
export { formatFault } from './config/fault.js'
export { loadConfig } from './config/load.js'
export { program } from './program.js'
