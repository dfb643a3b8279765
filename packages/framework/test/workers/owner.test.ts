import { expect, test } from '@jest/globals'
import { ownerOf, viaMarkOf } from '#src/workers/owner.js'

const count = 8
const seed = 4711

function request(lines: readonly string[], method = 'INVITE'): string {
  return [`${method} sip:bob@example.com SIP/2.0`, ...lines, 'Content-Length: 0', '', ''].join(
    '\r\n',
  )
}

const owner = (text: string): number => ownerOf(text, count, seed)
const expected = owner(request(['Call-ID: a84b4c76e66710@pc33.example.com']))

test.each([
  ['in any case (§7.3.1)', 'CALL-id: a84b4c76e66710@pc33.example.com'],
  ['in the short form (§7.3.3)', 'i:a84b4c76e66710@pc33.example.com'],
  ['in the short form, upper case', 'I: a84b4c76e66710@pc33.example.com'],
  ['with white space before the colon (§25.1)', 'Call-ID \t:   a84b4c76e66710@pc33.example.com  '],
  ['folded (§7.3.1)', 'Call-ID:\r\n\t a84b4c76e66710@pc33.example.com'],
])('a Call-ID is found %s', (_, line) => {
  expect(
    owner(request(['Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1', line, 'CSeq: 1 INVITE'])),
  ).toBe(expected)
})

test('INVITE, ACK, CANCEL, BYE and retransmissions of a call have one owner (§9.1, §17.1.1.3)', () => {
  for (const method of ['INVITE', 'ACK', 'CANCEL', 'BYE', 'INFO']) {
    const line = 'Call-ID: a84b4c76e66710@pc33.example.com'
    expect(owner(request([line, `CSeq: 7 ${method}`], method))).toBe(expected)
  }
})

test('empty lines before the start line are passed over (§7.5)', () => {
  expect(owner(`\r\n\r\n${request(['Call-ID: a84b4c76e66710@pc33.example.com'])}`)).toBe(expected)
})

test('a Call-ID is case-sensitive (§8.1.1.4)', () => {
  const spellings = ['abcdef', 'ABCDEF', 'Abcdef', 'aBcdef', 'abCdef', 'abcDef', 'abcdEf', 'abcdeF']
  expect(new Set(spellings.map((id) => owner(request([`Call-ID: ${id}`])))).size).toBeGreaterThan(1)
})

test.each([
  ['no Call-ID', request(['From: <sip:a@b>'])],
  ['an empty one', request(['Call-ID:   '])],
  ['one without a colon', request(['Call-ID'])],
  ['one in the body only', `${request(['From: <sip:a@b>'])}Call-ID: x\r\n`],
  ['a name that only begins so', request(['Call-ID-Of: x', 'Identity: y', 'In-Reply-To: z'])],
  ['a start line only', 'INVITE sip:bob@example.com SIP/2.0'],
  ['nothing', ''],
  ['line ends only', '\r\n'.repeat(10_000)],
  ['white space only behind the name', `INVITE sip:b SIP/2.0\r\nCall-ID${' '.repeat(60_000)}`],
  ['folded lines without a value', `INVITE sip:b SIP/2.0\r\nCall-ID:${'\r\n '.repeat(20_000)}`],
])('%s: nobody in particular', (_, text) => {
  expect(owner(text)).toBe(-1)
})

test('what is huge is looked at no further than its limits', () => {
  const long = 'x'.repeat(5_000)
  expect(owner(request([`Call-ID: ${long}a`]))).toBe(owner(request([`Call-ID: ${long}b`])))
  const many = Array.from({ length: 600 }, (_, index) => `X-${index}: y`)
  expect(owner(request([...many, 'Call-ID: a']))).toBe(-1)
})

test('calls are shared evenly, whatever their Call-IDs look like', () => {
  const schemes: ((n: number) => string)[] = [
    (n) => `${n}-1234@127.0.0.1`,
    (n) => `call-${n * 2}`,
    (n) => `${n}@192.0.2.${n % 256}`,
  ]
  for (const scheme of schemes) {
    const shares = new Array<number>(count).fill(0)
    for (let n = 0; n < 8_000; n++) shares[owner(request([`Call-ID: ${scheme(n)}`]))]!++
    for (const share of shares) {
      expect(share).toBeGreaterThan(850)
      expect(share).toBeLessThan(1_150)
    }
  }
})

test('another seed shares calls otherwise: nobody can aim his at one worker', () => {
  const ids = Array.from({ length: 100 }, (_, n) => request([`Call-ID: ${n}@a`]))
  const moved = ids.filter((text) => ownerOf(text, count, 1) !== ownerOf(text, count, 2))
  expect(moved.length).toBeGreaterThan(70)
})

function response(via: string, more = ''): string {
  return `SIP/2.0 200 OK\r\n${via}\r\n${more}Call-ID: a84b4c76e66710@pc33.example.com\r\n\r\n`
}

test.each([
  ['first', `Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1;rport=5060${viaMarkOf(5)}`],
  ['short', `v: SIP/2.0/UDP 192.0.2.1${viaMarkOf(5)};branch=z9hG4bK1`],
  ['before others', `Via: SIP/2.0/UDP 192.0.2.1;branch=x${viaMarkOf(5)}, SIP/2.0/UDP b;w=3`],
])('a response goes to the worker that the mark of our Via names: %s (§18.1.2)', (_, via) => {
  expect(owner(response(via))).toBe(5)
})

test.each([
  ['without a mark', 'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1'],
  ['with a mark of another Via', 'Via: SIP/2.0/UDP a;branch=x, SIP/2.0/UDP b;w=3'],
  ['with a mark that is no number', 'Via: SIP/2.0/UDP a;w=x'],
  ['without a Via', 'Vary: ;w=3'],
])('a response %s belongs to its call', (_, via) => {
  expect(owner(response(via))).toBe(expected)
})

test('the mark of a request is its sender’s business', () => {
  const line = 'Call-ID: a84b4c76e66710@pc33.example.com'
  expect(owner(request([`Via: SIP/2.0/UDP a;w=${(expected + 1) % count}`, line]))).toBe(expected)
})
