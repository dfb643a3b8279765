/** Our balancer with the sample's default pipeline. */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RunningProcess } from '@sipwright/test/system/processes.js'
import { temporaryFolder } from '@sipwright/test/system/temporary-folder.js'
import { pinned } from '../load/processors.js'
import { type Job, type SystemUnderTest } from './system.js'

/** As it comes: over the native package where that is there. */
export const sipwright: SystemUnderTest = {
  name: 'sipwright',
  maxRate: () => Infinity,
  how,
  start: (job) => startSipwright(job, []),
}

/** Without the native package. */
export const sipwrightDgram: SystemUnderTest = {
  name: 'sipwright (node:dgram)',
  // A choice between two ways over UDP is none over TCP.
  maxRate: ({ transport }) => (transport === 'udp' ? Infinity : 0),
  how,
  start: (job) => startSipwright(job, ['SIPWRIGHT_NATIVE=0']),
}

/** With what stands against strangers on: callers are such, for they call from an address that no backend has. */
export const sipwrightSecured: SystemUnderTest = {
  name: 'sipwright (secured)',
  callersFrom: '127.0.0.3',
  maxRate: () => Infinity,
  how,
  start: (job) => startSipwright(job, [], securitySections),
}

/** With its administration: metrics counted, calls remembered. */
export const sipwrightAdmin: SystemUnderTest = {
  name: 'sipwright (admin)',
  maxRate: () => Infinity,
  how,
  start: (job) => startSipwright(job, [], ["admin: { listen: '127.0.0.1:0' }"]),
}

/** With metrics counted, and the messages of calls remembered with the decisions between them. */
export const sipwrightTraced: SystemUnderTest = {
  name: 'sipwright (traced)',
  maxRate: () => Infinity,
  how,
  start: (job) => startSipwright(job, [], ["admin: { listen: '127.0.0.1:0' }", 'trace: {}']),
}

/** No limit is met: what they cost is measured, not what they refuse. */
const securitySections = [
  'acl: { deny: [192.0.2.0/24] }',
  'rateLimit: [{ per: source, rate: 1000000/s }]',
  'flood: { threshold: 60000, window: 1s }',
  'limits: { refusalsPerSecond: 0 }',
  "topologyHiding: { key: 'known to nobody but the bench', callId: true, tags: true, sdp: true }",
]

/** The program that is measured. */
export const sampleMain = join(
  dirname(fileURLToPath(import.meta.url)),
  ...['..', '..', '..', 'apps', 'sample-lb', 'dist', 'main.js'],
)

/** The configuration of a job, with further sections. */
export function configurationFor(
  { workload, port, backends, workers }: Job,
  sections: readonly string[] = [],
): string {
  const { transport, refusesRegister } = workload
  const suffix = transport === 'tcp' ? ';transport=tcp' : ''
  const destinations = backends.map((backend) => `'sip:127.0.0.1:${backend}${suffix}'`).join(', ')
  return [
    `listen: ['${transport}:127.0.0.1:${port}']`,
    'dispatcher:',
    `  sets: { 1: { algorithm: round-robin, destinations: [${destinations}] } }`,
    '  probe: { interval: 0s }',
    ...(refusesRegister ? ['route: [{ set: 1, methods: [INVITE, OPTIONS] }]'] : []),
    ...(workers > 1 ? [`workers: ${workers}`] : []),
    ...sections,
    'log: { level: info, format: json }',
    '',
  ].join('\n')
}

/** The line of its log that says which of its two ways over UDP is in use. */
function how(output: string): string | undefined {
  return /\budp: [^"\n]+/.exec(output)?.[0]
}

/** Starts the sample for a job; `environment` holds variables as `NAME=value`. */
export async function startSipwright(
  job: Job,
  environment: readonly string[],
  sections: readonly string[] = [],
): Promise<RunningProcess> {
  const folder = temporaryFolder('bench')
  const config = join(folder, 'lb.yaml')
  writeFileSync(config, configurationFor(job, sections))
  const node = [process.execPath, ...extraNodeOptions(), sampleMain, '--config', config]
  const running = new RunningProcess(...pinned(job.cpu, 'env', [...environment, ...node]))
  await running.printed(/"msg":"ready/)
  return running
}

/** Such as `--cpu-prof`, for whoever wants to know where the time goes. */
function extraNodeOptions(): readonly string[] {
  return (process.env['SIPWRIGHT_BENCH_NODE_OPTIONS'] ?? '').split(' ').filter(Boolean)
}
