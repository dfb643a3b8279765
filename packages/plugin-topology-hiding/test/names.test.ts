import { expect, test } from '@jest/globals'
import { Names } from '#src/names.js'
import { Seal } from '#src/token/seal.js'
import { disguise } from './disguise.js'

const seal = new Seal(['a key for these tests'])

test('all names: what one side makes, the other side knows by another name, and both ways lead back', () => {
  const names = new Names(seal, true)
  for (const name of ['abc', 'abc@10.0.0.11', 'as1234', 'th1.abc']) {
    const outside = names.hide(name, disguise())
    expect(names.show(outside)).toBe(name)
    expect(names.hide(names.show(name), disguise())).toBe(name)
  }
  expect(names.hide('as1234', disguise())).toMatch(/^th1-/)
  expect(names.show('made outside')).toBe('th1.made outside')
})

test('some names: only those that name a hidden host change', () => {
  const names = new Names(seal, false)
  expect(names.hide('abc@198.51.100.7', disguise())).toBe('abc@198.51.100.7')
  expect(names.show('abc@198.51.100.7')).toBe('abc@198.51.100.7')
  const hidden = names.hide('abc@10.0.0.11', disguise())
  expect(hidden).toMatch(/^th1-/)
  expect(names.show(hidden)).toBe('abc@10.0.0.11')
})

test('a tampered name is one that the outside has made', () => {
  const names = new Names(seal, true)
  const forged = `${names.hide('abc', disguise()).slice(0, -1)}!`
  expect(names.show(forged)).toBe(`th1.${forged}`)
})
