/** What the fuzzer runs in the administration: what strangers write in headers. */
import { SipError } from '@sipwright/framework'
import { type FuzzTarget, VirtualClock } from '@sipwright/framework/testing'
import { Guard } from '#src/access/guard.js'
import { Keyring } from '#src/access/keyring.js'
import { sessionIdIn, Sessions } from '#src/access/sessions.js'
import { isTokenHash } from '#src/access/token-hash.js'

const cookies = [
  'sipwright_session=abc',
  'a=b; sipwright_session=x_y-z; c="d"',
  ';;=;sipwright_session',
]
const hosts = [
  'localhost:8088',
  '[::1]:8088',
  '127.0.0.1',
  'edge.example.com',
  'attacker.example:1',
]
const hashes = [
  '$scrypt$ln=14,r=8,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g',
  '$scrypt$ln=99',
]
const clock = new VirtualClock()
const guard = new Guard({
  keyring: await Keyring.of([], clock),
  sessions: new Sessions(clock, 1_000),
  hosts: ['edge.example.com'],
})

export const targets: readonly FuzzTarget[] = [
  {
    name: 'session-cookie',
    input: (mutator) => mutator.variantOf(cookies),
    check(input) {
      const id = sessionIdIn(input)
      if (id?.includes(';') === true) throw new Error('more than one value')
    },
  },
  {
    name: 'host',
    input: (mutator) => mutator.variantOf(hosts),
    check(input) {
      const lower = input.toLowerCase()
      try {
        guard.checkHost({ method: 'GET', headers: { host: input }, address: '127.0.0.1' })
      } catch (error) {
        if (error instanceof SipError && error.code === 'SIPW_ERR_ADMIN_ORIGIN') return
        throw error
      }
      const isOurs =
        /^(?:localhost|edge\.example\.com|[\d.]+|[\da-f:.%\w]+|\[[\da-f:.%\w]+\])(?::\d+)?$/
      if (!isOurs.test(lower) || lower.includes('attacker')) throw new Error(`let in: ${input}`)
    },
  },
  {
    name: 'token-hash',
    input: (mutator) => mutator.variantOf(hashes),
    check(input) {
      isTokenHash(input)
    },
  },
]
