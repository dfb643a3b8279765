import { expect, test } from '@jest/globals'
import { tokensOf } from '#src/kamailio/lexer.js'
import { textOf } from '#src/kamailio/token.js'

const place = { file: 'k.cfg', line: 7 }

function parts(text: string): string[] {
  return tokensOf(text, place).map((token) => `${token.kind} ${token.text}`)
}

test('words, numbers, addresses, operators and strings are told apart', () => {
  expect(parts(`listen=udp:127.0.0.1:5060 if(a && !b == "x\\"y\\n" || c!~'t\\')`)).toEqual([
    ...['word listen', 'mark =', 'word udp', 'mark :', 'number 127.0.0.1', 'mark :', 'number 5060'],
    ...['word if', 'mark (', 'word a', 'mark &&', 'mark !', 'word b', 'mark ==', 'string x"y\n'],
    ...['mark ||', 'word c', 'mark !~', 'string t\\', 'mark )'],
  ])
})

test('a variable is one word, with its class, transformation and index', () => {
  expect(parts('$ru $hdr(X-A) $(ru{uri.user}) $xavp(_dsdst_=>attrs)[0]; $rU==$null')).toEqual([
    ...['variable $ru', 'variable $hdr(X-A)', 'variable $(ru{uri.user})'],
    ...['variable $xavp(_dsdst_=>attrs)[0]', 'mark ;', 'variable $rU', 'mark ==', 'variable $null'],
  ])
})

test('comments of all three kinds are passed over', () => {
  expect(parts('a # b\nc // d\n/* e\n f */ g')).toEqual(['word a', 'word c', 'word g'])
})

test('a string that does not end is refused with file and line', () => {
  expect(() => tokensOf('a\n"b', place)).toThrow(
    'k.cfg:8: found a string without an end, expected a closing "',
  )
})

test('the text of tokens keeps together what stood together', () => {
  expect(textOf(tokensOf('udp:[::1]:5060  advertise a.b:1', place))).toBe(
    'udp:[::1]:5060 advertise a.b:1',
  )
})
