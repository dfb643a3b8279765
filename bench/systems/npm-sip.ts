/** A proxy on the npm package `sip`, which runs in a process of its own. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RunningProcess } from '@sipwright/test/system/processes.js'
import { pinned } from '../load/processors.js'
import { type SystemUnderTest } from './system.js'

const proxy = join(dirname(fileURLToPath(import.meta.url)), 'npm-sip-proxy.js')

export const npmSip: SystemUnderTest = {
  name: 'npm sip',
  // Its branches are drawn from a million values: at higher rates two requests would share one.
  maxRate: ({ transport }) => (transport === 'udp' ? 200 : 0),
  async start({ port, backends, cpu, workload }) {
    const policy = workload.refusesRegister ? 'refuse-register' : 'forward-register'
    const args = [proxy, policy, String(port), ...backends.map(String)]
    const running = new RunningProcess(...pinned(cpu, process.execPath, args))
    await running.printed(/^ready/m)
    return running
  },
}
