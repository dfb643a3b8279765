/** npm run hostile: what the tests of this folder do in small, in full. Prints figures; the exit status is 1 if a bound is broken. */
import { parseArgs } from 'node:util'
import { chaosMatrix } from './chaos-matrix.js'
import { floods, halfOpenInFull, slowInFull, timing } from './in-full.js'

const usage = `Usage: npm run hostile -- [options]

  --chaos            calls through every cell of loss, duplication, reordering and delay
    --calls <n>      calls of each cell (default 10000)
    --rate <n>       calls per second (default 200)
    --t1 <ms>        T1 of everybody; 64 of them are waited for at the end of each cell (default 100)
    --seed <n>       of the network (default 1)
  --flood            INVITEs of one source, then each of another, beside calls of who is trusted
    --seconds <n>    of each flood (default 60)
    --packets <n>    per second (default 20000)
  --slow             connections that say nothing or an octet at a time, handshakes that never end
    --connections <n>  of TCP (default 5000)
    --handshakes <n> of TLS (default 2000)
  --half-open        INVITEs that are refused and never acknowledged
    --transactions <n> at most in the balancer (default 50000)
    --invitations <n>  per second (default 5000), for --seconds; above a 32nd of the transactions they fill up
  --timing           answers about known and unknown users in turn
    --answers <n>    about each (default 2000)

Without a choice all of them run, one after the other.
`

const { values } = parseArgs({
  options: {
    chaos: { type: 'boolean', default: false },
    calls: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '200' },
    t1: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    flood: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '60' },
    packets: { type: 'string', default: '20000' },
    slow: { type: 'boolean', default: false },
    connections: { type: 'string', default: '5000' },
    handshakes: { type: 'string', default: '2000' },
    'half-open': { type: 'boolean', default: false },
    transactions: { type: 'string', default: '50000' },
    invitations: { type: 'string', default: '5000' },
    timing: { type: 'boolean', default: false },
    answers: { type: 'string', default: '2000' },
    help: { type: 'boolean', default: false },
  },
})

const all = !values.chaos && !values.flood && !values.slow && !values['half-open'] && !values.timing

if (values.help) process.stdout.write(usage)
else {
  const broken: string[] = []
  if (all || values.chaos) {
    const load = { calls: Number(values.calls), callsPerSecond: Number(values.rate) }
    broken.push(
      ...(await chaosMatrix({ ...load, t1: Number(values.t1), seed: Number(values.seed) })),
    )
  }
  if (all || values.flood) {
    broken.push(...(await floods(Number(values.packets), Number(values.seconds))))
  }
  if (all || values.slow) {
    broken.push(...(await slowInFull(Number(values.connections), Number(values.handshakes))))
  }
  if (all || values['half-open']) {
    const [transactions, perSecond] = [Number(values.transactions), Number(values.invitations)]
    broken.push(...(await halfOpenInFull(transactions, perSecond, Number(values.seconds))))
  }
  if (all || values.timing) broken.push(...(await timing(Number(values.answers))))
  for (const each of broken) console.log(`BROKEN: ${each}`)
  if (broken.length > 0) process.exitCode = 1
}
