/** Tokens as they are kept: scrypt hashes in the PHC format, `$scrypt$ln=14,r=8,p=1$salt$hash`. RFC 7914 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** A token that is shorter could be guessed. Characters. */
export const shortestToken = 16

/** 16 MB and some 40 ms of one thread of the pool: what a guess costs. */
const cost = { logN: 14, r: 8, p: 1 } as const
const hashBytes = 32
const saltBytes = 16

const format = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]{8,88})\$([\w+/]{22,88})$/

interface Hash {
  readonly logN: number
  readonly r: number
  readonly p: number
  readonly salt: Buffer
  readonly hash: Buffer
}

/** A token that nobody guesses: 256 bits. */
export function createToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Whether a text is a hash that `isTokenOf` understands, and not a token. */
export function isTokenHash(text: string): boolean {
  return parse(text) !== undefined
}

/** The hash of a token, with a salt of its own. */
export async function hashToken(token: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const { logN, r, p } = cost
  const hash = await derive(token, { ...cost, salt, hash: Buffer.alloc(hashBytes) })
  return `$scrypt$ln=${logN},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`
}

/** Whether a hash was made of that token; as slow for a wrong one as for the right one. */
export async function isTokenOf(token: string, text: string): Promise<boolean> {
  const parsed = parse(text)
  return parsed !== undefined && timingSafeEqual(await derive(token, parsed), parsed.hash)
}

function parse(text: string): Hash | undefined {
  const found = format.exec(text)
  if (found === null) return undefined
  const [logN, r, p] = found.slice(1, 4).map(Number) as [number, number, number]
  // 64 MB at most: a configuration must not be able to stop the process.
  if (logN < 10 || logN > 16 || r < 1 || r > 8 || p < 1 || p > 4) return undefined
  const [salt, hash] = found.slice(4).map((part) => Buffer.from(part, 'base64')) as [Buffer, Buffer]
  return { logN, r, p, salt, hash }
}

function derive(token: string, { logN, r, p, salt, hash }: Hash): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N: 2 ** logN, r, p, maxmem: 256 * 2 ** logN * r }
    scrypt(token, salt, hash.length, options, (error, derived) => {
      if (error === null) resolve(derived)
      else reject(error)
    })
  })
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
