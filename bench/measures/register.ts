/** A flood of REGISTERs, each from a user of its own, that is refused: what a scanner costs. */
import { registerForwarded, registerRefused } from '../load/workload.js'
import { oneRate, type Bench, type Measure } from '../measure.js'
import { loadSeconds, loadTables, type Load } from '../report/loads.js'

const loads = ({ options }: Bench): readonly Load[] => [
  {
    title: 'CPU per REGISTER refused by the balancer',
    workload: registerRefused,
    rates: [oneRate(options)],
    notes: [
      'The rule of the sample is restricted to INVITE and OPTIONS: 404. Kamailio answers without a transaction.',
    ],
  },
  {
    title: 'CPU per REGISTER forwarded and refused by the backend',
    workload: registerForwarded,
    rates: [oneRate(options)],
    notes: [
      "The sample's default: its one rule takes every method, so the backend refuses, with 403.",
    ],
  },
]

export const register: Measure = {
  name: 'register',
  what: 'CPU per refused REGISTER',
  underLoad: true,
  seconds: (bench) => loadSeconds(loads(bench), bench),
  run: (bench) => loadTables(loads(bench), bench),
}
