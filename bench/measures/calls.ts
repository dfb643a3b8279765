/** CPU per call over UDP, at fixed rates well below saturation. */
import { callsOverUdp } from '../load/workload.js'
import { type Bench, type Measure } from '../measure.js'
import { loadSeconds, loadTables, type Load } from '../report/loads.js'

const loads = ({ options: { rates } }: Bench): readonly Load[] => [
  { title: 'CPU per call, UDP', workload: callsOverUdp, rates },
]

export const calls: Measure = {
  name: 'calls',
  what: 'CPU per call over UDP',
  underLoad: true,
  seconds: (bench) => loadSeconds(loads(bench), bench),
  run: (bench) => loadTables(loads(bench), bench),
}
