/** CPU per call over TCP, towards the balancer and towards the backends. */
import { callsOverTcp } from '../load/workload.js'
import { oneRate, type Bench, type Measure } from '../measure.js'
import { loadSeconds, loadTables, type Load } from '../report/loads.js'

const loads = ({ options }: Bench): readonly Load[] => [
  {
    title: 'CPU per call, TCP on both sides',
    workload: callsOverTcp,
    rates: [oneRate(options)],
    notes: ['One connection from the caller and one to each backend, as between carriers.'],
  },
]

export const tcp: Measure = {
  name: 'tcp',
  what: 'CPU per call over TCP',
  underLoad: true,
  seconds: (bench) => loadSeconds(loads(bench), bench),
  run: (bench) => loadTables(loads(bench), bench),
}
