/** An authority of one test, and the certificates that it signs. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import forge from 'node-forge'

export interface CertificateOptions {
  readonly common?: string
  /** `DNS:a.example`, `URI:sip:a.example`, `IP:127.0.0.1` */
  readonly names?: readonly string[]
  /** It ended yesterday. */
  readonly expired?: boolean
}

/** A certificate and its key, as PEM. */
export interface Pair {
  readonly certificate: string
  readonly key: string
}

const day = 86_400_000

export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), 'sipwright-tls-'))
  readonly #keys = newKeys()
  readonly #certificate: forge.pki.Certificate
  #serial = 1

  constructor() {
    this.#certificate = this.#make(this.#keys.publicKey, { common: 'Authority' }, true)
  }

  /** PEM. */
  get certificate(): string {
    return forge.pki.certificateToPem(this.#certificate)
  }

  sign(options: CertificateOptions): Pair {
    const keys = newKeys()
    const certificate = this.#make(keys.publicKey, options, false)
    return { certificate: forge.pki.certificateToPem(certificate), key: keys.pem }
  }

  /** Writes a file, and returns its path. */
  write(name: string, text: string): string {
    const file = join(this.folder, name)
    writeFileSync(file, text)
    return file
  }

  /** Writes both, and returns their paths. */
  writePair(name: string, options: CertificateOptions): Pair {
    const { certificate, key } = this.sign(options)
    return {
      certificate: this.write(`${name}.pem`, certificate),
      key: this.write(`${name}.key`, key),
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }

  #make(
    key: forge.pki.rsa.PublicKey,
    { common, names = [], expired = false }: CertificateOptions,
    isAuthority: boolean,
  ): forge.pki.Certificate {
    const made = forge.pki.createCertificate()
    made.publicKey = key
    made.serialNumber = String(++this.#serial).padStart(4, '0')
    made.validity.notBefore = new Date(Date.now() - 2 * day)
    made.validity.notAfter = new Date(Date.now() + (expired ? -day : day))
    made.setSubject(common === undefined ? [] : [{ name: 'commonName', value: common }])
    made.setIssuer([{ name: 'commonName', value: 'Authority' }])
    made.setExtensions([
      { name: 'basicConstraints', cA: isAuthority },
      ...(names.length === 0 ? [] : [{ name: 'subjectAltName', altNames: names.map(altName) }]),
    ])
    made.sign(this.#keys.privateKey, forge.md.sha256.create())
    return made
  }
}

function altName(name: string): object {
  const [kind = '', ...rest] = name.split(':')
  const value = rest.join(':')
  if (kind === 'IP') return { type: 7, ip: value }
  return { type: kind === 'URI' ? 6 : 2, value }
}

function newKeys() {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return {
    pem: pair.privateKey,
    publicKey: forge.pki.publicKeyFromPem(pair.publicKey),
    privateKey: forge.pki.privateKeyFromPem(pair.privateKey),
  }
}
