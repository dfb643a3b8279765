/** What the fuzzer runs here: credentials and nonces, which strangers write, and the files of operators. */
import { SipError } from '@sipwright/framework'
import { type FuzzTarget } from '@sipwright/framework/testing'
import { parseAcl } from '#src/acl/acl-file.js'
import { readCredentials } from '#src/digest/credentials.js'
import { Nonces } from '#src/digest/nonces.js'
import { parseUsers } from '#src/users/users-file.js'

const realm = 'example.com'
const nonces = new Nonces({
  ...{ secret: 'known to nobody', lifetimeMs: 300_000, rotationMs: 86_400_000 },
  ...{ wall: () => 1_700_000_000_000, unique: () => 'a-b_c' },
})
const issued = nonces.issue(realm)
const credentials = [
  `Digest username="alice", realm="${realm}", nonce="${issued}", uri="sip:bob@${realm}", response="${'0a'.repeat(32)}", algorithm=SHA-256, cnonce="c\\"d", qop=auth, nc=00000001`,
  `DIGEST realm=${realm},username="",response=${'F'.repeat(32)},qop="auth-int",nc=ffffffff,nonce="x",uri=*`,
  'Basic YWxpY2U6d29uZGVybGFuZA==',
]

export const targets: readonly FuzzTarget[] = [
  {
    name: 'credentials',
    input: (mutator) => mutator.variantOf(credentials),
    check(input) {
      const line = readCredentials(input, realm)
      if (line.kind !== 'credentials') return
      const { response, count, nc } = line.credentials
      if (!/^(?:[\da-f]{32}|[\da-f]{64})$/.test(response)) throw new Error(`response ${response}`)
      if (Number.parseInt(nc, 16) !== count) throw new Error(`${nc} is counted as ${count}`)
    },
  },
  {
    name: 'nonce',
    input: (mutator) => mutator.variantOf([issued]),
    check(input) {
      const { kind } = nonces.check(input, realm)
      if (kind !== 'forged' && input !== issued && !isSameSignature(input)) {
        throw new Error(`a nonce that was never given out is ${kind}`)
      }
    },
  },
  {
    name: 'users-file',
    // An operator's file: thousands of faulty lines, each told.
    slowestMs: 200,
    input: (mutator) =>
      mutator.variantOf([
        `alice:${realm}:${'0a'.repeat(16)}\n# a word\nbob:${realm}:${'f'.repeat(64)}\n`,
      ]),
    check(input) {
      parseUsers(input)
    },
  },
  {
    name: 'acl-file',
    slowestMs: 200,
    input: (mutator) =>
      mutator.variantOf(['allow 192.0.2.0/24\ndeny 2001:db8::/32 # a word\ntrunks 198.51.100.7\n']),
    check(input) {
      try {
        parseAcl(input, 'blocks.txt')
      } catch (error) {
        if (!(error instanceof SipError)) throw error
      }
    },
  },
]

/** The last character of base64url carries two bits of sixteen bytes: the other four say nothing. */
function isSameSignature(input: string): boolean {
  return input.length === issued.length && input.slice(0, -1) === issued.slice(0, -1)
}
