import { expect, test } from '@jest/globals'
import { SipHeaders } from '@sipwright/framework'
import { Names } from '#src/names.js'
import { References } from '#src/references.js'
import { Seal } from '#src/token/seal.js'
import { disguise } from './disguise.js'

const seal = new Seal(['a key for these tests'])
const names = new Names(seal, true)
const references = new References(names, names)
const hidden = (name: string): string => names.hide(name, disguise())

test.each(['Replaces', 'Join', 'Target-Dialog'])(
  '%s: Call-ID and tags, and nothing else',
  (name) => {
    const value = 'call@10.0.0.11;to-tag=a;from-tag=b;early-only'
    const headers = SipHeaders.of([[name, value]])
    references.hide(headers, disguise())
    expect(headers.get(name)).toBe(
      `${hidden('call@10.0.0.11')};to-tag=${hidden('a')};from-tag=${hidden('b')};early-only`,
    )
    references.show(headers)
    expect(headers.get(name)).toBe(value)
  },
)

test('In-Reply-To is a list of Call-IDs', () => {
  const headers = SipHeaders.of([['In-Reply-To', 'one@10.0.0.11, two']])
  references.hide(headers, disguise())
  expect(headers.get('In-Reply-To')).toBe(`${hidden('one@10.0.0.11')}, ${hidden('two')}`)
  references.show(headers)
  expect(headers.values('In-Reply-To')).toEqual(['one@10.0.0.11', 'two'])
})

test('in the headers of a URI names are escaped; other headers are masked', () => {
  const text = 'Subject=at%2010.0.0.11&replaces=call%4010.0.0.11%3Bto-tag%3Da&x'
  const outside = references.hideInUri(text, disguise())
  const call = encodeURIComponent(`${hidden('call@10.0.0.11')};to-tag=${hidden('a')}`)
  expect(outside).toBe(`Subject=at%20203.0.113.1&replaces=${call}&x`)
  expect(references.showInUri(outside)).toContain('replaces=call%4010.0.0.11%3Bto-tag%3Da')
})

test('an escape that is none is passed on, masked', () => {
  expect(references.hideInUri('Replaces=%zz10.0.0.11', disguise())).toBe('Replaces=%zz203.0.113.1')
  expect(references.showInUri('Replaces=%zz')).toBe('Replaces=%zz')
})
