/** The configuration in force, the level of the log, certificates. */
import { X509Certificate } from 'node:crypto'
import { type Log, SipError } from '@sipwright/framework'
import { z } from 'zod'
import { endpoint } from '../http/endpoint.js'

const tag = 'settings'

const levels = ['error', 'warn', 'info', 'debug'] as const
const levelSchema = z.strictObject({ level: z.enum(levels) }).meta({ id: 'LogLevel' })

const certificateSchema = z
  .object({
    name: z.string().nullable().describe('What a client asks for; null: whoever asks for another.'),
    subject: z.string(),
    issuer: z.string(),
    altNames: z.array(z.string()),
    validFrom: z.iso.datetime(),
    validTo: z.iso.datetime(),
    daysLeft: z.number().int().describe('Negative: it has expired.'),
    fingerprint256: z.string(),
  })
  .meta({ id: 'Certificate' })

/** What other workers are told. */
export const logLevelQuestion = 'log.level'
export const certificatesQuestion = 'tls.reload'

/** The level of a log that has one, as pino's. */
interface Levelled {
  level: string
}

export function setLevel(log: Log, level: string): void {
  if (isLevelled(log)) log.level = level
}

export const settingsEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/config',
    id: 'showConfig',
    tag,
    summary: 'The configuration in force, without secrets.',
    scope: 'operate',
    answer: z.looseObject({}),
    problems: [404],
    handle: ({ admin }) => {
      const { configuration } = admin.config
      if (configuration === undefined) {
        throw new SipError('SIPW_ERR_ADMIN_UNKNOWN', ['configuration', 'that the program shows'])
      }
      return configuration()
    },
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/log-level',
    id: 'showLogLevel',
    tag,
    summary: 'The least serious lines that are written.',
    scope: 'read',
    answer: levelSchema,
    problems: [404],
    handle: ({ admin }) => ({ level: levelled(admin.host.log).level }),
  }),
  endpoint({
    method: 'PUT',
    path: '/api/v1/log-level',
    id: 'setLogLevel',
    tag,
    summary: 'Another level for the log of every worker, until the process ends.',
    scope: 'admin',
    body: levelSchema,
    answer: levelSchema,
    problems: [404],
    handle: async (call) => {
      const { admin, body } = call
      const log = levelled(admin.host.log)
      await admin.change(
        call,
        { action: 'log.level', target: 'log' },
        () => log.level,
        async () => {
          log.level = body.level
          await admin.colleagues.ask(logLevelQuestion, body.level)
        },
      )
      return body
    },
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/certificates',
    id: 'listCertificates',
    tag,
    summary: 'Our certificates, and how long they hold.',
    scope: 'read',
    answer: z.object({ certificates: z.array(certificateSchema) }),
    handle: ({ admin }) => ({
      certificates: admin.credentials
        .certificates()
        .map(({ name, pem }) => shownCertificate(name, pem, admin.times.wall())),
    }),
  }),
  endpoint({
    method: 'POST',
    path: '/api/v1/certificates/reload',
    id: 'reloadCertificates',
    tag,
    summary: 'Reads the files of certificates again; connections go on.',
    scope: 'admin',
    answer: z.object({
      changed: z.boolean(),
      warnings: z.array(z.string()).describe('Workers that could not read them.'),
    }),
    problems: [422],
    handle: async (call) => {
      const { admin } = call
      const { credentials, colleagues } = admin
      const changed = await admin.change(
        call,
        { action: 'tls.reload', target: 'certificates' },
        () => credentials.certificates().map(({ pem }) => new X509Certificate(pem).fingerprint256),
        () => credentials.reload(),
      )
      const others = await colleagues.ask(certificatesQuestion)
      const warnings = others.flatMap((each) =>
        'fault' in each ? [`worker ${each.worker}: ${each.fault}`] : [],
      )
      return { changed, warnings }
    },
  }),
]

function shownCertificate(
  name: string | undefined,
  pem: string,
  now: number,
): z.output<typeof certificateSchema> {
  const { subject, issuer, subjectAltName, validFrom, validTo, fingerprint256 } =
    new X509Certificate(pem)
  return {
    name: name ?? null,
    subject: oneLine(subject),
    issuer: oneLine(issuer),
    altNames: subjectAltName?.split(', ') ?? [],
    validFrom: new Date(validFrom).toISOString(),
    validTo: new Date(validTo).toISOString(),
    daysLeft: Math.floor((Date.parse(validTo) - now) / 86_400_000),
    fingerprint256,
  }
}

function oneLine(name: string): string {
  return name.split('\n').join(', ')
}

function isLevelled(log: Log): log is Log & Levelled {
  return 'level' in log && typeof log.level === 'string'
}

function levelled(log: Log): Levelled {
  if (!isLevelled(log)) throw new SipError('SIPW_ERR_ADMIN_UNKNOWN', ['log', 'with a level'])
  return log
}
