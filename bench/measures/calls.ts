/** CPU per call over UDP, at fixed rates well below saturation. */
import { series, seriesSeconds } from '../load/series.js'
import { callsOverUdp } from '../load/workload.js'
import { type Measure } from '../measure.js'
import { loadTable } from '../report/load-table.js'
import { kamailio } from '../systems/kamailio.js'

export const calls: Measure = {
  name: 'calls',
  what: 'CPU per call over UDP',
  underLoad: true,
  seconds: ({ options, systems }) => seriesSeconds({ ...options, systems, workload: callsOverUdp }),
  async run({ options, systems, log, deadline }) {
    const rounds = await series({ ...options, systems, log, deadline, workload: callsOverUdp })
    const title = 'CPU per call, UDP'
    return [loadTable(rounds, { title, unit: 'call', reference: kamailio.name })]
  },
}
