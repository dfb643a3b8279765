/** CPU per OPTIONS: answered by the balancer itself, and forwarded. */
import { optionsThrough, optionsToUs } from '../load/workload.js'
import { oneRate, type Bench, type Measure } from '../measure.js'
import { loadSeconds, loadTables, type Load } from '../report/loads.js'

const loads = ({ options }: Bench): readonly Load[] => [
  {
    title: 'CPU per OPTIONS answered by the balancer',
    workload: optionsToUs,
    rates: [oneRate(options)],
    notes: [
      'Kamailio answers without a transaction; the others keep one, as RFC 3261 §17.2 asks of an element with a core.',
    ],
  },
  {
    title: 'CPU per OPTIONS forwarded',
    workload: optionsThrough,
    rates: [oneRate(options)],
    notes: [
      'Kamailio forwards without a transaction; the others are stateful, with failover armed.',
    ],
  },
]

export const optionsRequests: Measure = {
  name: 'options',
  what: 'CPU per OPTIONS, answered and forwarded',
  underLoad: true,
  seconds: (bench) => loadSeconds(loads(bench), bench),
  run: (bench) => loadTables(loads(bench), bench),
}
