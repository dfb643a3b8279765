/** Our certificates and those of the authorities, read from files and read again when they change. RFC 5246, RFC 8446 */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import { SipError } from '@sipwright/framework'
import { type TlsConfig } from './config.js'

/** Suites with forward secrecy and authenticated encryption, and no other (RFC 9325 §4.2). Those of TLS 1.3 all are. */
const ciphers = [
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
].join(':')

/** What the files said at one moment. */
interface Loaded {
  /** Equal for equal files. */
  readonly texts: string
  readonly options: SecureContextOptions
  readonly context: SecureContext
  readonly byName: ReadonlyMap<string, SecureContext>
  readonly certificates: readonly { readonly name: string | undefined; readonly pem: string }[]
}

export class Credentials {
  /** As configured. */
  readonly config: TlsConfig
  readonly #listeners: (() => void)[] = []
  #loaded: Loaded

  /** Rejects with SIPW_ERR_TLS_FILE that names the file. */
  static async load(config: TlsConfig): Promise<Credentials> {
    return new Credentials(config, await loaded(config))
  }

  /** Whether the files could be used now. Throws SIPW_ERR_TLS_FILE that names the file. */
  static check(config: TlsConfig): void {
    const texts = new Map<string, string>()
    for (const file of filesOf(config)) {
      try {
        texts.set(file, readFileSync(file, 'utf8'))
      } catch (cause) {
        throw fileError(file, cause)
      }
    }
    made(config, texts)
  }

  /** @internal */
  constructor(config: TlsConfig, first: Loaded) {
    this.config = config
    this.#loaded = first
  }

  /** For a server or a client. */
  get options(): SecureContextOptions {
    return this.#loaded.options
  }

  get context(): SecureContext {
    return this.#loaded.context
  }

  /** For the name that a client asks for; undefined: it gets none. */
  contextFor(name: string): SecureContext | undefined {
    const known = this.#loaded.byName.get(name.toLowerCase())
    if (known !== undefined || this.config.unknownName === 'refuse') return known
    return this.#loaded.context
  }

  /**
   * Reads the files again; whether anything is new. Connections that are up go on as they are. Rejects with SIPW_ERR_TLS_FILE, and
   * what was in force stays.
   */
  async reload(): Promise<boolean> {
    const next = await loaded(this.config)
    if (next.texts === this.#loaded.texts) return false
    this.#loaded = next
    for (const listener of this.#listeners) listener()
    return true
  }

  /** Certificates in force with the name that asks for each; the first one's is undefined. */
  certificates(): readonly { readonly name: string | undefined; readonly pem: string }[] {
    return this.#loaded.certificates
  }

  /** Tells when other certificates are in force. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }
}

/** Every file that the configuration names. */
function filesOf({ certificate, key, ca, sni }: TlsConfig): readonly string[] {
  const others = Object.values(sni).flatMap((files) => [files.certificate, files.key])
  return [certificate, key, ...(ca === undefined ? [] : [ca]), ...others]
}

async function loaded(config: TlsConfig): Promise<Loaded> {
  const texts = new Map<string, string>()
  for (const file of filesOf(config)) {
    try {
      texts.set(file, await readFile(file, 'utf8'))
    } catch (cause) {
      throw fileError(file, cause)
    }
  }
  return made(config, texts)
}

/** Of the texts of the files. */
function made(config: TlsConfig, texts: ReadonlyMap<string, string>): Loaded {
  const { certificate, key, ca, sni, minVersion } = config
  const textOf = (file: string): string => texts.get(file) ?? ''
  if (ca !== undefined) checkCertificate(ca, textOf(ca))
  const pairOf = (files: { readonly certificate: string; readonly key: string }) => {
    const options: SecureContextOptions = {
      cert: textOf(files.certificate),
      key: textOf(files.key),
      ...{ ciphers, minVersion, honorCipherOrder: true },
      ...(ca !== undefined && { ca: textOf(ca) }),
    }
    checkCertificate(files.certificate, textOf(files.certificate))
    return { options, context: contextOf(files, options) }
  }
  const byName = Object.entries(sni).map(([name, files]) => [name, pairOf(files).context] as const)
  return {
    ...pairOf({ certificate, key }),
    byName: new Map(byName),
    certificates: [
      { name: undefined, pem: textOf(certificate) },
      ...Object.entries(sni).map(([name, files]) => ({ name, pem: textOf(files.certificate) })),
    ],
    texts: [...texts.values()].join('\n'),
  }
}

function checkCertificate(file: string, pem: string): void {
  try {
    new X509Certificate(pem)
  } catch (cause) {
    throw fileError(file, cause)
  }
}

function contextOf(
  { certificate, key }: { certificate: string; key: string },
  options: SecureContextOptions,
): SecureContext {
  try {
    return createSecureContext(options)
  } catch (cause) {
    // OpenSSL says what is wrong with the key, or that it is not the certificate's; never what it is.
    throw fileError(`${key} of ${certificate}`, cause)
  }
}

function fileError(file: string, cause: unknown): SipError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new SipError('SIPW_ERR_TLS_FILE', [file, reason], { cause })
}
