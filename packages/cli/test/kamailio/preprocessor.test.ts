import { afterEach, expect, test } from '@jest/globals'
import { join } from 'node:path'
import { preprocess } from '#src/kamailio/preprocessor.js'
import { folderWith, removeFolders } from '../rig.js'

afterEach(removeFolders)

function read(text: string, others: Readonly<Record<string, string>> = {}) {
  const folder = folderWith({ 'k.cfg': text, ...others })
  const result = preprocess(join(folder, 'k.cfg'))
  return { ...result, words: result.tokens.map(({ text: word }) => word).join(' ') }
}

function refused(text: string, others: Readonly<Record<string, string>> = {}): string {
  const folder = folderWith({ 'k.cfg': text, ...others })
  try {
    preprocess(join(folder, 'k.cfg'))
  } catch (error) {
    return (error as Error).message.replaceAll(`${folder}/`, '')
  }
  return 'read'
}

test('a definition stands for its value, whatever that is, outside strings', () => {
  const { words } = read('#!define N 4\n!!define U "sip:a"\n#!define E\nx(N, U, "N", E)')
  expect(words).toBe('x ( 4 , sip:a , N , )')
})

test('trydef keeps what there is, redef replaces it, undef ends it', () => {
  expect(read('#!define A 1\n#!trydef A 2\n#!trydef B 3\nA B').words).toBe('1 3')
  expect(read('#!define A 1\n#!redef A 2\nA\n#!undef A\nA').words).toBe('2 A')
})

test('a definition that names itself ends', () => {
  expect(read('#!define A A A\nA').words.split(' ')).toHaveLength(2 ** 10)
})

test('subst and substdef reach into strings, where they are literal', () => {
  expect(read('#!substdef "!HOST!10.0.0.1!g"\nlisten="udp:HOST" HOST').words).toBe(
    'listen = udp:10.0.0.1 10.0.0.1',
  )
  expect(read('#!subst "/a+/b/"\n"aa"').directives).toMatchObject([{ outcome: 'not-literal' }])
})

test('branches that are not taken are left out, nested ones with them, and are named', () => {
  const text = `#!define A
#!ifdef A
1
#!ifndef A
2
#!else
3
#!endif
#!else
4
#!ifdef B
5
#!endif
#!endif
6`
  const { words, inactive } = read(text)
  expect(words).toBe('1 3 6')
  expect(inactive.map(({ line, endLine, why }) => [line, endLine, why])).toEqual([
    [5, 5, 'A is defined'],
    [10, 13, 'A is defined'],
  ])
})

test('what looks like a directive within a comment or behind other words is none', () => {
  expect(read('/*\n#!ifdef A\n*/ a #!ifdef B\n#!KAMAILIO\nb').words).toBe('a b')
})

test('files are included beside the one that names them; import_file may miss its', () => {
  const { words, files, directives } = read(
    'a\ninclude_file "sub/b.cfg"\nimport_file "none.cfg"\n#!include_file "c.cfg"',
    { 'sub/b.cfg': 'b include\ninclude_file "d.cfg"', 'sub/d.cfg': 'd', 'c.cfg': 'c' },
  )
  expect(words).toBe('a b include d c')
  expect(files.size).toBe(4)
  expect(directives.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'missing-file', 'done'])
})

test('each refusal names file and line', () => {
  expect(refused('\ninclude_file "none.cfg"')).toBe(
    'k.cfg:2: found none.cfg (it is not there), expected a file that can be read',
  )
  expect(refused('include_file "."')).toMatch(/^k\.cfg:1: found .* \(it is no file\)/)
  expect(refused('a\n#!ifdef A\nb')).toBe('k.cfg:2: found #!ifdef without an end, expected #!endif')
  expect(refused('#!endif')).toBe('k.cfg:1: found #!endif, expected #!ifdef before it')
  expect(refused('a\n/* b')).toBe('k.cfg:2: found /* without an end, expected */')
  expect(refused('include_file "k.cfg"')).toBe(
    'k.cfg:1: found includes within includes, 11 deep, expected 10 at most',
  )
})
