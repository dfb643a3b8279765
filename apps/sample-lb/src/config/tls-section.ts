/** The section `tls`, and what the plugin makes of it. */
import { resolve } from 'node:path'
import { tlsConfig, type TlsConfig } from '@sipwright/plugin-tls'
import { z } from 'zod'

const file = z
  .string({ error: 'the path of a PEM file' })
  .min(1, { error: 'the path of a PEM file' })

const pair = {
  certificate: file.describe('PEM: the certificate, and behind it those that lead to the root.'),
  key: file.describe('PEM: its private key.'),
}

export const tls = z
  .strictObject({
    ...pair,
    ca: file
      .optional()
      .describe(
        "PEM: authorities that peers' certificates must lead to. Absent: those of Node.js.",
      ),
    clientCertificate: z
      .enum(['none', 'optional', 'required'], { error: 'none, optional or required' })
      .default('none')
      .describe('Of who connects: asked for none, asked, or refused without one.'),
    verifyBackends: z
      .boolean({ error: 'true or false' })
      .default(true)
      .describe('TLS destinations must prove their name. RFC 5922'),
    minVersion: z
      .enum(['TLSv1.2', 'TLSv1.3'], { error: 'TLSv1.2 or TLSv1.3' })
      .default('TLSv1.2')
      .describe('Nothing older is spoken.'),
    sni: z
      .record(z.string().min(1), z.strictObject(pair), { error: 'a map from name to files' })
      .default({})
      .describe('Other certificates, by the name that a client asks for.'),
  })
  .optional()
  .describe('Certificates of tls: listeners and connections; read again when the files change.')

interface TlsSections {
  readonly tls?: z.output<typeof tls>
  readonly limits: { readonly connectionsPerSource: number }
}

/** Paths made absolute, the bound on handshakes that on connections; undefined: no TLS. */
export function tlsOptions(config: TlsSections, directory: string): TlsConfig | undefined {
  if (config.tls === undefined) return undefined
  const { certificate, key, ca, sni, ...rest } = config.tls
  const absolute = (files: { certificate: string; key: string }) => ({
    certificate: resolve(directory, files.certificate),
    key: resolve(directory, files.key),
  })
  return tlsConfig.parse({
    ...rest,
    ...absolute({ certificate, key }),
    ...(ca !== undefined && { ca: resolve(directory, ca) }),
    sni: Object.fromEntries(Object.entries(sni).map(([name, files]) => [name, absolute(files)])),
    handshakesPerSource: config.limits.connectionsPerSource,
  })
}
