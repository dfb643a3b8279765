/** A proxy on the npm package `sip`, which runs in a process of its own. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RunningProcess } from '@sipwright/test/system/processes.js'
import { systemCpu, type SystemUnderTest } from './system.js'

const proxy = join(dirname(fileURLToPath(import.meta.url)), 'npm-sip-proxy.js')

export const npmSip: SystemUnderTest = {
  name: 'npm sip',
  // Its branches are drawn from a million values: at higher rates two calls would share one.
  maxRate: 200,
  async start(port, backends) {
    const command = ['-c', String(systemCpu), process.execPath, proxy]
    const running = new RunningProcess('taskset', [
      ...command,
      String(port),
      ...backends.map(String),
    ])
    await running.printed(/^ready/m)
    return running
  },
}
