/** Our balancer with the sample's default pipeline. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RunningProcess } from '@sipwright/test/system/processes.js'
import { systemCpu, type SystemUnderTest } from './system.js'

const main = join(
  dirname(fileURLToPath(import.meta.url)),
  ...['..', '..', '..', 'apps', 'sample-lb', 'dist', 'main.js'],
)

export const sipwright: SystemUnderTest = {
  name: 'sipwright',
  maxRate: Infinity,
  async start(port, backends) {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'))
    const destinations = backends.map((backend) => `'sip:127.0.0.1:${backend}'`).join(', ')
    writeFileSync(
      join(folder, 'lb.yaml'),
      `listen: ['udp:127.0.0.1:${port}']
dispatcher:
  sets: { 1: { algorithm: round-robin, destinations: [${destinations}] } }
  probe: { interval: 0s }
log: { level: info, format: json }
`,
    )
    const command = ['-c', String(systemCpu), process.execPath, ...extraNodeOptions(), main]
    const running = new RunningProcess('taskset', [...command, '--config', join(folder, 'lb.yaml')])
    await running.printed(/"msg":"ready/)
    return running
  },
}

/** Such as `--cpu-prof`, for whoever wants to know where the time goes. */
function extraNodeOptions(): readonly string[] {
  return (process.env['SIPWRIGHT_BENCH_NODE_OPTIONS'] ?? '').split(' ').filter(Boolean)
}
