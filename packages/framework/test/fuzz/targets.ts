/** What the fuzzer runs in the framework: everything that reads a stranger's octets, and the transactions behind it. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SipError } from '#src/errors.js'
import { parseCSeq } from '#src/message/cseq.js'
import { Framer, type Framed } from '#src/message/framer.js'
import { defaultMessageLimits } from '#src/message/limits.js'
import { parseNameAddr } from '#src/message/name-addr.js'
import { parseParams } from '#src/message/params.js'
import { serialize } from '#src/message/serialize.js'
import { formatUri, isSipUri, parseUri, sameUri } from '#src/message/uri.js'
import { parseVia } from '#src/message/via.js'
import { type FuzzTarget, Mutator } from '#src/testing/index.js'
import { answer, invite, options, register } from '#src/testing/messages.js'
import { faultOfSequence } from '../transaction/sequence.js'
import { passesThrough } from './pass-through.js'

const torture = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'torture')

function collection(folder: string): readonly string[] {
  const files = readdirSync(join(torture, folder)).sort()
  return files.map((file) => readFileSync(join(torture, folder, file), 'latin1'))
}

const messages: readonly string[] = [
  serialize(invite({ headers: { Route: '<sip:p1.example.com;lr>, <sip:p2.example.com;lr>' } })),
  serialize(
    register({ headers: { Contact: '"B, ob" <sip:bob@[2001:db8::1]:5070;x=y>;q=0.5, *' } }),
  ),
  serialize(options({ toTag: 'x', headers: { Subject: '"a\\\u0007b"' } })),
  serialize(answer(invite(), 183)),
  ...collection('rfc4475'),
  ...collection('rfc5118'),
]

const uris: readonly string[] = [
  'sip:alice:secret@atlanta.com:5060;transport=tcp;lr?Subject=a%20b&Route=%3Csip:x%3E',
  'sips:bob@[2001:db8::10]:5061;maddr=239.255.255.1;ttl=15;user=phone',
  'sip:+1-212-555-0101;ext=5@gw.example.com',
  'tel:+358-555-1234567;phone-context=+358;postd=pp22',
  'sip:192.0.2.4',
]
const vias: readonly string[] = [
  'SIP/2.0/UDP pc33.atlanta.com:5066;branch=z9hG4bK776asdhds;received=192.0.2.1;rport=5060',
  'SIP / 2.0 / TCP [2001:db8::9:255] : 5061 ;branch=z9hG4bKas3-111;oc;oc-algo="loss"',
]
const nameAddrs: readonly string[] = [
  '"Bob \\"B\\" Smith" <sips:bob@biloxi.example.com>;tag=a48s;q=0.7',
  'sip:+12125551212@phone2net.com;tag=887s',
  'Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8;expires=3600',
]

/** A reader that refuses by an error of ours and in no other way. */
function reader(name: string, seeds: readonly string[], read: (text: string) => void): FuzzTarget {
  return {
    name,
    input: (mutator) => mutator.variantOf(seeds),
    check(input) {
      try {
        read(input)
      } catch (error) {
        if (!(error instanceof SipError)) throw error
      }
    },
  }
}

export const targets: readonly FuzzTarget[] = [
  {
    name: 'message',
    input: (mutator) => mutator.variantOf(messages),
    check: (input) => void passesThrough(input),
  },
  {
    name: 'stream',
    // A stream may come in pieces of an octet, each a push of its own.
    slowestMs: 100,
    input: (mutator) => `${mutator.variantOf(messages)}${mutator.variantOf(messages)}`,
    check: sameHoweverCut,
  },
  reader('uri', uris, (whole) => {
    // No line of a message is longer.
    const uri = parseUri(whole.slice(0, defaultMessageLimits.headerLineBytes))
    if (!sameUri(uri, uri)) throw new Error('a URI that differs from itself')
    if (!isSipUri(uri)) return
    const written = formatUri(uri)
    if (!sameUri(parseUri(written), uri)) throw new Error(`${written} is another URI`)
  }),
  reader('via', vias, (text) => void parseVia(text)),
  reader('name-addr', nameAddrs, (text) => void parseNameAddr(text, 'From')),
  reader('params', [';a=b;c;d="x;y"'], (text) => void parseParams(text)),
  reader('cseq', ['314159 INVITE'], (text) => void parseCSeq(text)),
  {
    name: 'transactions',
    input: (mutator) => String(mutator.below(2 ** 31)),
    check(input) {
      const fault = faultOfSequence(Number(input))
      if (fault !== undefined) throw new Error(fault)
    },
  },
]

/** A stream yields the same messages whole as in any pieces. RFC 3261 §18.3 */
function sameHoweverCut(stream: string): void {
  const whole = new Framer().push(stream)
  const framer = new Framer()
  const cut: Framed[] = []
  // What pieces there are follows from the stream, so that a failure repeats itself.
  for (const piece of new Mutator(stream.length).pieces(stream)) cut.push(...framer.push(piece))
  if (told(whole) !== told(cut)) throw new Error(`whole: ${told(whole)}\nin pieces: ${told(cut)}`)
}

/** Keep-alives may be told in other words, as of CRLFCRLF in two pieces. RFC 5626 §3.5.1 */
function told(framed: readonly Framed[]): string {
  const kept = framed.filter(({ kind }) => kind === 'message' || kind === 'broken')
  return JSON.stringify(kept.map((each) => (each.kind === 'message' ? each.text : each.kind)))
}
