/** `npm run bench`: CPU per call of sipwright, Kamailio and npm `sip`, in turn, at fixed rates. */
import { parseArgs } from 'node:util'
import { stopAll } from '@sipwright/test/system/processes.js'
import { rowsOf, tableOf } from './report.js'
import { measure, type Run } from './run.js'
import { kamailio } from './systems/kamailio.js'
import { npmSip } from './systems/npm-sip.js'
import { sipwright } from './systems/sipwright.js'

const { values } = parseArgs({
  options: {
    rates: { type: 'string', default: '1000,2000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
    systems: { type: 'string', default: 'sipwright,kamailio,npm-sip' },
    json: { type: 'boolean', default: false },
  },
})
const known = { sipwright, kamailio, 'npm-sip': npmSip }
const systems = values.systems.split(',').flatMap((name) => {
  const system = known[name as keyof typeof known] as typeof sipwright | undefined
  if (system === undefined)
    throw new Error(`--systems: found "${name}", expected ${Object.keys(known).join(', ')}`)
  return [system]
})
const rates = values.rates.split(',').map(Number)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopAll().then(() => process.exit(130)))
}

const rounds: Run[][] = []
for (let round = 1; round <= Number(values.rounds); round++) {
  const runs: Run[] = []
  for (const system of systems) {
    for (const rate of new Set(rates.map((each) => Math.min(each, system.maxRate)))) {
      const run = await measure(system, rate, Number(values.seconds))
      console.error(
        `round ${round}: ${run.system} at ${rate}/s: ${run.microsecondsPerCall.toFixed(0)} µs/call${run.void === undefined ? '' : ` (void: ${run.void})`}`,
      )
      runs.push(run)
    }
  }
  rounds.push(runs)
}
const rows = rowsOf(rounds, kamailio.name)
if (rows.some(({ voided }) => voided.length > 0)) process.exitCode = 1
console.log(values.json ? JSON.stringify(rows) : tableOf(rows, kamailio.name))
