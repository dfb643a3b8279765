/** The configuration in force, the level of the log, certificates. */
import { X509Certificate } from 'node:crypto'
import { type Log, SipError } from '@sipwright/framework'
import { z } from 'zod'
import { Dispatcher } from '@sipwright/plugin-dispatcher'
import { Answer, endpoint } from '../http/endpoint.js'
import { problem } from '../http/problem.js'
import { whySchema } from './why.js'

const tag = 'settings'

const levels = ['error', 'warn', 'info', 'debug'] as const
const levelSchema = z.strictObject({ level: z.enum(levels) }).meta({ id: 'LogLevel' })

export const configReloadSchema = z
  .object({
    dryRun: z.boolean(),
    lines: z.array(z.string()).describe('What differs in the sets.'),
    restart: z.array(z.string()).describe('Sections that differ and need a restart.'),
    applied: z.boolean().describe('False after all: it is on its way to all workers.'),
  })
  .meta({ id: 'ConfigReload' })

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
    method: 'POST',
    path: '/api/v1/config/reload',
    id: 'reloadConfig',
    tag,
    summary: 'Reads the configuration of the program again, and applies it.',
    description:
      'With `dryRun=true` it only says what would change. One with faults is refused whole (422, a line for each), and what is in force stays.',
    scope: 'admin',
    query: z.object({ dryRun: z.enum(['true', 'false']).default('false') }),
    body: whySchema.optional(),
    answer: configReloadSchema,
    problems: [404, 422],
    handle: async (call) => {
      const { admin, query, body } = call
      const { reload } = admin.config
      if (reload === undefined) {
        throw new SipError('SIPW_ERR_ADMIN_UNKNOWN', ['configuration', 'that can be read again'])
      }
      const dryRun = query.dryRun === 'true'
      const revision = () => admin.host.find(Dispatcher)?.revision ?? null
      const { faults, ...found } = dryRun
        ? await reload({ dryRun })
        : await admin.change(
            call,
            { action: 'config.reload', target: 'configuration', reason: body?.reason },
            revision,
            () => reload({ dryRun }),
          )
      if (faults.length > 0) {
        const errors = faults.map((message) => ({ path: 'configuration', message }))
        const detail = `the configuration has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`
        return new Answer(problem(422, detail, undefined, errors), { status: 422 })
      }
      return { dryRun, ...found }
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
