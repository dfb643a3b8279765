/** npm run swap: the code of a running balancer is swapped under more load than the tests have time for. Prints figures. */
import { parseArgs } from 'node:util'
import { stopAll } from './processes.js'
import { swapUnderLoad } from './swapping.js'

const usage = `Usage: npm run swap -- [options]

  --workers <n>  (default 1)
  --rate <n>     calls per second (default 500)
  --swaps <n>    (default 10)
  --pause <ms>   from one to the next (default 1000)
  --seconds <n>  of calls at most (default 120); they end with the last swap

SIPWRIGHT_NATIVE=0 in the environment: over node:dgram. The exit status is 1 if a call failed, the kernel dropped a datagram, or a swap did not
end well.
`

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '1' },
    rate: { type: 'string', default: '500' },
    swaps: { type: 'string', default: '10' },
    pause: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '120' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) process.stdout.write(usage)
else {
  const callsPerSecond = Number(values.rate)
  const seconds = Number(values.seconds)
  const swaps = Number(values.swaps)
  const workers = Number(values.workers)
  try {
    const load = { workers, swaps, callsPerSecond, seconds, pauseMs: Number(values.pause) }
    const { counts, drops, said, wasUnderLoad, output } = await swapUnderLoad(load)
    const well = said.filter((text) => text === 'new code runs in all workers\n').length
    const native = output.includes('udp: native batches') ? 'native batches' : 'node:dgram'
    console.log(
      `${workers} worker(s), ${native}, ${callsPerSecond} calls/s: ${well} of ${swaps} swaps, ` +
        `${counts.successful} of ${counts.created} calls, ${counts.failed} failed, ` +
        `${counts.retransmissions} messages sent again, ${drops} datagrams dropped by the kernel` +
        (wasUnderLoad ? '' : '; the calls had ended before the last swap'),
    )
    const isWell = well === swaps && counts.failed === 0 && drops === 0 && wasUnderLoad
    if (!isWell || counts.successful !== counts.created) process.exitCode = 1
  } finally {
    await stopAll()
  }
}
