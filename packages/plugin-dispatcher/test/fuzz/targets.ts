/** What the fuzzer runs in the dispatcher: lists, and what backends say of themselves. */
import { type FuzzTarget } from '@sipwright/framework/testing'
import { parseHealthReport } from '#src/health/health-report.js'
import { formatFault, parseDispatcherList } from '#src/source/dispatcher-list.js'

const lists = [
  '# setid destination flags priority attrs\n1 sip:10.0.1.10:5060 0 10 weight=50;maxload=200;duid=fs1\n',
  '2 sips:[2001:db8::1]:5061;transport=tls 0x8 -5 weight=1;latency=50;socket=udp:10.0.0.1:5060',
]
const reports = [
  '{"status":"ok","weight":75,"calls":3,"max":100,"reason":"all is well"}',
  'up 75% maxconn:30\n',
  'down # out of disc space',
]

export const targets: readonly FuzzTarget[] = [
  {
    name: 'dispatcher-list',
    // An operator's file: four thousand faulty lines, each told.
    slowestMs: 200,
    input: (mutator) => mutator.variantOf(lists),
    check(input) {
      const { entries, faults } = parseDispatcherList(input)
      const lines = input.split('\n').length
      if (entries.length + faults.length > lines) throw new Error('more entries than lines')
      for (const fault of faults) formatFault(fault)
    },
  },
  {
    name: 'health-report',
    input: (mutator) => mutator.variantOf(reports),
    check(input) {
      const result = parseHealthReport(input)
      if (result === undefined) return
      const { percent = 100, reason } = result
      if (!(percent >= 0 && percent <= 100)) throw new Error(`${percent} percent`)
      if (/[\0-\x1f\x7f]/.test(reason)) throw new Error('a reason with control characters')
    },
  },
]
