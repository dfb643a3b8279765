/** What the fuzzer runs in topology hiding: tokens that strangers write, and headers of backends that must not tell. */
import { hop, SipError, type SipRequest, type Source } from '@sipwright/framework'
import { type FuzzTarget, invite, labFlow } from '@sipwright/framework/testing'
import { Hiding } from '#src/hiding.js'
import { Names } from '#src/names.js'
import { References } from '#src/references.js'
import { RouteSets } from '#src/route-set.js'
import { HeaderList, strippedHeaders } from '#src/software.js'
import { compact, expand } from '#src/token/compact.js'
import { Seal } from '#src/token/seal.js'
import { SealedUris } from '#src/uris.js'
import { disguise, inside, local } from '../disguise.js'

const seal = new Seal(['a key for the fuzzer'])
const contact = 'sip:1000@10.0.0.11:5060;transport=tcp'
const uses = ['uri', 'routes', 'name'] as const
const texts = [
  contact,
  'sips:[2001:db8:10::1]:5061;lr;alias=10.0.0.11~5060~2',
  '4e5a1f4e-6a0c-4f0a-9c1d-0123456789ab@fs1.internal',
  '"10.0.0.11" <sip:1000@10.0.0.11:5060;ob>;q=0.5, <sip:2@[2001:db8:10::1]>',
  '<sip:1001@10.0.0.12?Replaces=call%4010.0.0.11%3Bto-tag%3Da%3Bfrom-tag%3Db>',
  '<sip:10.0.0.20;lr>, <sip:p.internal;lr>',
  'call@10.0.0.11;to-tag=a;from-tag=b',
  'Q.850;cause=16;text="10.0.0.11"',
  '399 fs1.internal:5060 "10.0.0.11 says no"',
]
const names = [
  ...['Contact', 'Refer-To', 'Referred-By', 'Replaces', 'Record-Route', 'Path', 'Diversion'],
  ...['History-Info', 'Warning', 'Reason', 'Call-Info', 'In-Reply-To', 'X-Else', 'From', 'Call-ID'],
] as const

const all = new Names(seal, true)
const references = new References(all, all)
const isOurs = ({ host }: { readonly host: string }): boolean => host === local.advertisedHost
const hiding = new Hiding({
  ...{ inside, isOurs, references, callIds: all, tags: all, sdp: true, fingerprint: true },
  uris: new SealedUris(seal, references),
  routes: new RouteSets(seal, isOurs),
  stripped: new HeaderList(strippedHeaders),
})

function source(zone: string): Source {
  const flow = { ...labFlow('UDP'), local }
  return { address: '10.0.0.11', port: 5060, transport: 'UDP', zone, flow, peerNames: [] }
}

/** What a message may hold is bounded before it comes here: `limits.headerBytes`, 16 KiB unless told otherwise. */
const longestLine = 8_192

/** An INVITE with this value in one of the headers; undefined where no message can have it. */
function requestWith(input: string): SipRequest | undefined {
  const name = names[input.length % names.length]!
  try {
    const request = invite()
    request.headers.set(name, input.slice(0, longestLine))
    return request
  } catch (error) {
    if (error instanceof SipError) return undefined
    throw error
  }
}

/** What our own error refuses is not sent. */
function isSent(run: () => unknown): boolean {
  try {
    run()
    return true
  } catch (error) {
    if (error instanceof SipError) return false
    throw error
  }
}

export const targets: readonly FuzzTarget[] = [
  {
    name: 'sealed-tokens',
    input: (mutator) => mutator.variantOf(uses.map((use) => seal.seal(use, contact))),
    check(input) {
      for (const use of uses) {
        const text = seal.open(use, input)
        if (text !== undefined && seal.seal(use, text) !== input) throw new Error('a forged token')
      }
    },
  },
  {
    name: 'compact-texts',
    // Five times as long as what is sealed.
    slowestMs: 20,
    input: (mutator) => mutator.variantOf(texts),
    check(input) {
      const text = Buffer.from(input.slice(0, longestLine), 'latin1').toString('latin1')
      if (expand(compact(text)) !== text) throw new Error('not the same text')
      expand(Buffer.from(text, 'latin1'))
    },
  },
  {
    name: 'hidden-headers',
    // A backend may write hundreds of URIs, and each is sealed.
    slowestMs: 50,
    input: (mutator) => mutator.variantOf(texts),
    check(input) {
      const request = requestWith(input)
      if (request === undefined) return
      const incoming = request.clone()
      const departure = { request, incoming, source: source('inside'), local, zone: 'public' }
      const leaves = (): void =>
        hiding.requestDeparts({ ...departure, hop: hop('UDP', '198.51.100.7', 5060) })
      if (!isSent(leaves)) return
      for (const [name, value] of request.headers.entries()) {
        if (disguise().isNamedIn(value)) throw new Error(`${name} names the inside: ${value}`)
      }
    },
  },
  {
    name: 'restored-headers',
    input: (mutator) =>
      mutator.variantOf([`<sip:${seal.seal('uri', contact)}@203.0.113.1>`, ...texts]),
    check(input) {
      const request = requestWith(input)
      if (request === undefined) return
      const ctx = { request, source: source('public'), addressed: false }
      isSent(() => hiding.requestArrives(ctx))
    },
  },
]
