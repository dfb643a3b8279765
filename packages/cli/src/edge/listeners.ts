/** Where Kamailio listens: `listen=udp:10.0.0.1:5060 advertise 203.0.113.1:5060`, `port=`, `disable_tcp=`. */
import { isIP } from 'node:net'
import { type Cfg, type Setting } from '../kamailio/cfg.js'
import { type Report } from '../report/report.js'
import { type Edge, type EdgeListener } from './edge.js'

/** Adds the listeners; with none given, all addresses by UDP and TCP, as Kamailio does. */
export function applyListeners({ settings }: Cfg, edge: Edge, report: Report): void {
  const disabled = settings.findLast(({ name }) => name === 'disable_tcp')
  const tcp = !/^(?:yes|1|on|true)$/i.test(disabled?.value ?? '')
  if (disabled !== undefined) {
    report.add(
      disabled,
      `disable_tcp=${disabled.value}`,
      'translated',
      tcp ? 'a TCP listener' : 'no TCP listener',
    )
  }
  const port = portOf(settings, report)
  for (const setting of settings.filter(({ name }) => name === 'listen')) {
    addListener(setting, { port, tcp }, edge, report)
  }
  if (edge.listen.length === 0) {
    const transports = tcp ? (['udp', 'tcp'] as const) : (['udp'] as const)
    for (const transport of transports) {
      edge.listen.push({ transport, address: '0.0.0.0', port, advertise: undefined })
    }
  }
}

function portOf(settings: readonly Setting[], report: Report): number {
  const setting = settings.findLast(({ name }) => name === 'port')
  if (setting === undefined) return 5060
  const port = Number(setting.value)
  const fine = /^\d{1,5}$/.test(setting.value) && port <= 65_535
  report.add(
    setting,
    `port=${setting.value}`,
    fine ? 'translated' : 'not translated',
    fine ? 'the port of listeners that name none' : 'expected a port; 5060 is taken',
  )
  return fine ? port : 5060
}

function addListener(
  setting: Setting,
  defaults: { readonly port: number; readonly tcp: boolean },
  edge: Edge,
  report: Report,
): void {
  const subject = `listen=${setting.value}`
  const [, place = '', advertise] =
    /^(\S+)(?:\s+advertise\s+(\S+))?(?:\s+(?:name|virtual)\b.*)?$/i.exec(setting.value) ?? []
  const [, named, address = '', port] =
    /^(?:(udp|tcp|tls|sctp|ws|wss):)?(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/i.exec(place) ?? []
  const given = named?.toLowerCase()
  const transport = (['udp', 'tcp'] as const).find((each) => each === given)
  if (given !== transport) {
    report.add(setting, subject, 'not translated', `${given ?? ''} is not there yet`)
    return
  }
  const host = address === 'localhost' ? '127.0.0.1' : address.replace(/^\[(.*)\]$/, '$1')
  const number = port === undefined ? defaults.port : Number(port)
  if (number > 65_535 || (advertise !== undefined && !isPlace.test(advertise))) {
    report.add(
      setting,
      subject,
      'not translated',
      'expected a port up to 65535, and host:port to advertise',
    )
    return
  }
  if (isIP(host) === 0) {
    const note = 'expected an address: write that of this interface into `listen` of lb.yaml'
    report.add(setting, subject, 'not translated', note)
    return
  }
  const both: readonly EdgeListener['transport'][] = defaults.tcp ? ['udp', 'tcp'] : ['udp']
  for (const each of transport === undefined ? both : [transport]) {
    const listener: EdgeListener = { transport: each, address: host, port: number, advertise }
    if (!edge.listen.some((other) => sameListener(other, listener))) edge.listen.push(listener)
  }
  report.add(setting, subject, 'translated', '`listen`')
}

const isPlace = /^(?:\[[\da-f:.]+\]|[a-z\d](?:[a-z\d.-]*[a-z\d])?)(?::[1-9]\d{0,4})?$/i

function sameListener(a: EdgeListener, b: EdgeListener): boolean {
  return a.transport === b.transport && a.address === b.address && a.port === b.port
}
