/** What `tls({ … })` takes: one strict schema, every key with its default and a sentence. */
import { z } from 'zod'

const file = z.string().min(1, { error: 'expected the path of a PEM file' })

const pair = {
  /** PEM: the certificate, and behind it those of the authorities between it and the root. */
  certificate: file,
  /** PEM: its private key. */
  key: file,
}

export const tlsConfig = z.strictObject({
  ...pair,
  /** PEM: authorities that peers' certificates must lead to. Absent: those of Node.js. */
  ca: file.optional(),
  /**
   * Of who connects: `none` is asked for none · `optional` is asked, and may come without · `required` must show one that an
   * authority of `ca` has signed.
   */
  clientCertificate: z.enum(['none', 'optional', 'required']).default('none'),
  /** A destination must prove the name that its URI has (RFC 5922 §7.2), or the address. */
  verifyBackends: z.boolean().default(true),
  minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2'),
  /** Other certificates, by the name that a client asks for (SNI, RFC 6066 §3). */
  sni: z.record(z.string().min(1).toLowerCase(), z.strictObject(pair)).default({}),
  /** A client that asks for a name that is not in `sni`: it gets the certificate above, or none. */
  unknownName: z.enum(['default', 'refuse']).default('default'),
  /** A handshake takes so long at most. */
  handshakeTimeoutMs: z.number().positive().default(5_000),
  /** Handshakes under way at most, in all and from one source (IPv6 by /64). */
  handshakes: z.number().int().positive().default(1_000),
  handshakesPerSource: z.number().int().positive().default(32),
  /** How often the files are looked at; 0: only on reload. */
  pollMs: z.number().nonnegative().default(2_000),
})

export type TlsConfig = z.output<typeof tlsConfig>
/** As it is given: defaults may be left out. */
export type TlsInput = z.input<typeof tlsConfig>
