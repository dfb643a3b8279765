export { VirtualClock } from '../server/virtual-clock.js'
