/** HEP3 as a plugin: every message also goes to a collector such as Homer. */
import { definePlugin } from '@sipwright/framework'
import { callIdOf } from '../call-id.js'
import { hepConfig } from './config.js'
import { HepExporter } from './exporter.js'

/** `hep({ server: 'udp:10.0.0.9:9060', captureId: 7, password: '…' })` */
export const hep = definePlugin({
  name: 'hep',
  config: hepConfig,
  setup(host, config) {
    const exporter = new HepExporter(config, host.clock, host.log)
    host.provide(HepExporter, exporter)
    host.addCounters('hep_packets', 'Messages for the collector.', () => exporter.counters)
    host.observeMessages({
      received: (text, { local, remoteAddress: address, remotePort: port }, at) => {
        exporter.add({ at, outward: false, text, local, address, port })
      },
      sent: (text, local, { address, port }, callId, at) => {
        const renamed = callId !== undefined && callIdOf(text) !== callId
        const correlation = renamed ? callId : undefined
        exporter.add({ at, outward: true, text, local, address, port, correlation })
      },
    })
    host.onClose(() => exporter.close())
  },
})
