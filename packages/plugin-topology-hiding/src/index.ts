export {
  topologyHidingConfig,
  type TopologyHidingConfig,
  type TopologyHidingInput,
} from './config.js'
export { topologyHiding } from './plugin.js'
export { strippedHeaders } from './software.js'
export { isToken, Seal, tokenPrefix, type Use } from './token/seal.js'
