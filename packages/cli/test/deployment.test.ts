/**
 * What stands in deploy/ is understood by those it is for, and asks for nothing that does not exist: verbs, options, keys, paths,
 * ports, and times that fit each other.
 */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endpoints } from '@sipwright/plugin-admin'
import { loadConfig } from '@sipwright/sample-lb'
import { validate } from 'dockerfile-utils'
import { parse, parseAllDocuments } from 'yaml'
import { sipwright } from '#src/program.js'
import { folderWith, removeFolders } from './rig.js'

beforeAll(() => {
  for (const name of secrets) process.env[name] = 'a-secret-of-the-test'
})

afterEach(removeFolders)

afterAll(() => {
  for (const name of secrets) Reflect.deleteProperty(process.env, name)
})

const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..')
const deploy = join(repository, 'deploy')
/** What the configurations name as env:… */
const secrets = ['ADMIN_TOKEN', 'SIPWRIGHT_SECRET']

test.each(['etc/lb.yaml', 'keepalived/lb.yaml'])('%s is a valid configuration', (name) => {
  expect(configOf(join(deploy, name)).listen.length).toBeGreaterThan(1)
})

test('keepalived: the other machine’s configuration is made as the comment in lb.yaml says', () => {
  const [, override] = /--set (\S+)/.exec(read('keepalived/lb.yaml'))!
  const { listen } = configOf(join(deploy, 'keepalived/lb.yaml'), [override!])
  expect(listen.map(({ address, zone }) => `${address} ${zone}`)).toEqual([
    '203.0.113.10 public',
    '10.0.1.3 inside',
    '10.0.1.1 inside',
  ])
})

test('the Dockerfile has no fault, ends without root, and runs commands that exist', () => {
  const text = read('Dockerfile')
  expect(validate(text)).toEqual([])
  const stages = text.split(/^FROM /m)
  const last = stages.at(-1)!
  expect(last).toMatch(/^USER nonroot$/m)
  expect(last).toMatch(/^STOPSIGNAL SIGTERM$/m)
  const entry = jsonOf(/^ENTRYPOINT (.*)$/m, last)
  const check = jsonOf(/HEALTHCHECK [^[]*CMD (.*)$/m, last)
  expect(check.slice(0, entry.length)).toEqual(entry)
  expectCommand(check.slice(entry.length))
  expectCommand(jsonOf(/^CMD (.*)$/m, last))
  expectScript(entry[1]!, '/app/')
  for (const [, script] of text.matchAll(/&& node (\S+)/g)) {
    expect(existsSync(join(repository, script!))).toBe(true)
  }
  const { listen } = configOf(join(deploy, 'etc/lb.yaml'))
  const exposed = /^EXPOSE (.*)$/m.exec(last)![1]!.split(' ')
  expect(exposed).toEqual(listen.map(({ transport, port }) => `${port}/${transport}`))
  expect(check).toContain(`127.0.0.1:${listen[0]!.port}`)
})

test('compose: the image is the Dockerfile’s, folders exist, and calls have time to end', () => {
  const { services, volumes } = parse(read('compose.yaml')) as Compose
  const service = services['sipwright']!
  expect(service.network_mode).toBe('host')
  expect(service).not.toHaveProperty('ports')
  const { context, dockerfile } = service.build
  expect(existsSync(join(deploy, context, dockerfile))).toBe(true)
  for (const [from] of service.volumes.map((volume) => volume.split(':'))) {
    if (from!.startsWith('.')) expect(statSync(join(deploy, from!)).isDirectory()).toBe(true)
    else expect(volumes).toHaveProperty(from!)
  }
  expectCommand(service.command)
  const [, , , , override] = service.command
  const { drain, secret } = configOf(join(deploy, 'etc/lb.yaml'), [override!])
  expect(Object.keys(service.environment)).toEqual([secret!.slice('env:'.length)])
  expect(seconds(service.stop_grace_period)).toBeGreaterThan(drain.timeout / 1_000)
})

test('systemd finds no fault in the unit, which is well shut in, and gives calls time to end', () => {
  const text = read('sipwright.service')
  const folder = folderWith({
    // Only where Node.js is may differ from machine to machine.
    'sipwright.service': text.replaceAll('/usr/bin/node', process.execPath),
  })
  const unit = join(folder, 'sipwright.service')
  expect(run('systemd-analyze', 'verify', '--man=no', unit)).toEqual({ status: 0, said: '' })
  const shut = run('systemd-analyze', 'security', '--offline=true', '--threshold=20', unit)
  expect(shut.status).toBe(0)
  const commands = [...text.matchAll(/^Exec\w+=\/usr\/bin\/node (\S+) (.*)$/gm)]
  expect(commands).toHaveLength(2)
  for (const [, script, args] of commands) {
    expectScript(script!, '/opt/sipwright/')
    expectCommand(args!.split(' '))
  }
  const { drain } = configOf(join(deploy, 'etc/lb.yaml'))
  expect(Number(setting(text, 'TimeoutStopSec'))).toBeGreaterThan(drain.timeout / 1_000)
  expect([setting(text, 'KillSignal'), setting(text, 'KillMode')]).toEqual(['SIGTERM', 'mixed'])
  const { limits } = configOf(join(deploy, 'etc/lb.yaml'))
  expect(Number(setting(text, 'LimitNOFILE'))).toBeGreaterThan(2 * limits.connections)
})

test('Kubernetes: configuration, probes, ports and times fit the program and each other', () => {
  const all = parseAllDocuments(read('kubernetes/sipwright.yaml'))
  expect(all.flatMap(({ errors }) => errors)).toEqual([])
  const objects = all.map((each) => each.toJS() as KubernetesObject)
  expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    ...['ConfigMap sipwright', 'Deployment sipwright', 'PodDisruptionBudget sipwright'],
    ...['Service sipwright-udp', 'Service sipwright-tcp'],
  ])
  const [configMap, deployment, budget, ...services] = objects
  const { spec: pod, metadata } = deployment!.spec!.template!
  expect(deployment!.spec!.strategy!.rollingUpdate.maxSurge).toBe(0)
  expect(pod.hostNetwork).toBe(true)
  const [container] = pod.containers

  const folder = folderWith(configMap!.data)
  expectCommand(container!.args)
  const overrides = container!.args.flatMap((argument, index, { [index - 1]: before }) =>
    before === '--set' ? [argument.replace('$(NODE_ADDRESS)', '192.0.2.7')] : [],
  )
  const { listen, admin, drain } = configOf(join(folder, 'lb.yaml'), overrides)
  expect(listen.map(({ address }) => address)).toEqual(['192.0.2.7', '192.0.2.7'])

  expect(container!.env.map(({ name }) => name)).toEqual(['NODE_ADDRESS', ...secrets])
  const { startupProbe, readinessProbe, livenessProbe } = container!
  const probes = [startupProbe, readinessProbe, livenessProbe].map(({ httpGet }) => httpGet)
  expect(probes.map(({ path }) => path)).toEqual(['/livez', '/readyz', '/livez'])
  for (const { host, port, path } of probes) {
    expect(`${host}:${port}`).toBe(admin!.listen)
    const endpoint = endpoints.find((each) => each.method === 'GET' && each.path === path)
    expect(endpoint).toMatchObject({ scope: undefined })
  }

  const ports = container!.ports.map((each) => `${each.containerPort} ${each.protocol}`)
  expect(ports).toEqual(listen.map((each) => `${each.port} ${each.transport.toUpperCase()}`))
  for (const { spec } of services) {
    expect(spec!.externalTrafficPolicy).toBe('Local')
    expect(spec!.selector).toEqual(metadata.labels)
    for (const { targetPort, port, protocol } of spec!.ports!) {
      expect(container!.ports).toContainEqual({ name: targetPort, containerPort: port, protocol })
    }
  }
  expect(budget!.spec!.selector).toEqual({ matchLabels: metadata.labels })

  const before = Number(/\}, (\d+)\)/.exec(container!.lifecycle.preStop.exec.command.at(-1)!)![1])
  expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(before + drain.timeout)
})

test('keepalived understands its configuration; whose check asks by a verb that exists', () => {
  const text = read('keepalived/keepalived.conf')
  const script = join(deploy, 'keepalived/check-sipwright.sh')
  expect(statSync(script).mode & 0o111).toBe(0o111)
  const verb = /sipwright}" (.*?) >/.exec(readFileSync(script, 'utf8'))![1]!
  expectCommand(verb.split(' '))
  const { listen } = configOf(join(deploy, 'keepalived/lb.yaml'))
  const [, asked] = /check-sipwright\.sh ([^"]+)"/.exec(text)!
  expect(listen.map(({ address, port }) => `${address}:${port}`)).toContain(asked)
  for (const [, address] of text.matchAll(/^ +([\d.]+)\/\d+ dev/gm)) {
    expect(listen.map((each) => each.address)).toContain(address)
  }
  // The script stands elsewhere until it is installed.
  const installed = text.replace('/etc/keepalived/check-sipwright.sh', '/bin/true')
  const folder = folderWith({ 'keepalived.conf': installed })
  const { said } = run('keepalived', '-t', '-f', join(folder, 'keepalived.conf'))
  // This machine has other interfaces than the one it is written for.
  expect(said.split('\n').filter((line) => line !== '' && !/interface/i.test(line))).toEqual([])
})

test('the check of keepalived says no when nobody answers', () => {
  const script = join(deploy, 'keepalived/check-sipwright.sh')
  const env = { ...process.env, SIPWRIGHT: join(repository, 'packages/cli/bin/sipwright.mjs') }
  const { status, stderr } = spawnSync(script, ['127.0.0.1:9'], { env, encoding: 'utf8' })
  expect([status, stderr]).toEqual([3, expect.stringMatching(/^no connection to 127\.0\.0\.1:9/)])
})

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly command: readonly string[]
        readonly environment: object
        readonly network_mode: string
        readonly build: { readonly context: string; readonly dockerfile: string }
        readonly volumes: readonly string[]
        readonly stop_grace_period: string
      }
    >
  >
  readonly volumes: Readonly<Record<string, unknown>>
}

interface Probe {
  readonly httpGet: { readonly host: string; readonly port: number; readonly path: string }
}

interface Container {
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string }[]
  readonly ports: readonly { readonly containerPort: number; readonly protocol: string }[]
  readonly startupProbe: Probe
  readonly readinessProbe: Probe
  readonly livenessProbe: Probe
  readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: string[] } } }
}

interface KubernetesObject {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Readonly<Record<string, string>>
  readonly spec?: {
    readonly strategy?: { readonly rollingUpdate: { readonly maxSurge: number } }
    readonly selector: unknown
    readonly externalTrafficPolicy?: string
    readonly ports?: readonly {
      readonly port: number
      readonly targetPort: string
      readonly protocol: string
    }[]
    readonly template?: {
      readonly metadata: { readonly labels: unknown }
      readonly spec: {
        readonly hostNetwork: boolean
        readonly terminationGracePeriodSeconds: number
        readonly containers: readonly Container[]
      }
    }
  }
}

/** That `sipwright` has this verb with these options. */
function expectCommand(args: readonly string[]): void {
  const [verb, ...rest] = args
  const command = sipwright().commands.find((each) => each.name() === verb)
  expect([verb, command?.name()]).toEqual([verb, verb])
  for (const option of rest.filter((each) => each.startsWith('--'))) {
    expect(command!.options.map(({ long }) => long)).toContain(option)
  }
}

/** That the file exists which is `path` where `root` is the repository. */
function expectScript(path: string, root: string): void {
  expect(path.startsWith(root)).toBe(true)
  expect(existsSync(join(repository, path.slice(root.length)))).toBe(true)
}

function configOf(path: string, overrides: readonly string[] = []) {
  const loaded = loadConfig(path, overrides)
  if (loaded.kind === 'faults') throw new Error(JSON.stringify(loaded.faults))
  return loaded.config
}

function run(command: string, ...args: readonly string[]) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (error !== undefined) throw error
  return { status, said: `${stdout}${stderr}` }
}

function read(name: string): string {
  return readFileSync(join(deploy, name), 'utf8')
}

function jsonOf(pattern: RegExp, text: string): string[] {
  return JSON.parse(pattern.exec(text)![1]!) as string[]
}

function setting(unit: string, name: string): string | undefined {
  return new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1]
}

function seconds(text: string): number {
  return Number(/^(\d+)s$/.exec(text)![1])
}
