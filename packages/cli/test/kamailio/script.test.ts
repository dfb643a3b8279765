import { expect, test } from '@jest/globals'
import { tokensOf } from '#src/kamailio/lexer.js'
import { callsIn, type Expression, parseStatements, type Statement } from '#src/kamailio/script.js'

function parse(text: string): Statement[] {
  return parseStatements(tokensOf(text, { file: 'k.cfg', line: 1 }))
}

/** A condition in brackets, to compare how it was understood. */
function shown(expression: Expression): string {
  switch (expression.kind) {
    case 'call':
      return `${expression.name}(${expression.args.map(shown).join(',')})`
    case 'not':
      return `!${shown(expression.of)}`
    case 'and':
    case 'or':
      return `(${shown(expression.left)} ${expression.kind} ${shown(expression.right)})`
    case 'compare':
      return `(${shown(expression.left)}${expression.operator}${shown(expression.right)})`
    default:
      return expression.text
  }
}

function condition(text: string): string {
  const [statement] = parse(`if (${text}) exit;`)
  return statement?.kind === 'if' ? shown(statement.condition) : 'none'
}

test('not binds closer than and, and closer than or; words and marks are the same', () => {
  expect(condition('!a() && b or not c() and d("1|2", 3)')).toBe(
    '((!a() and b) or (!c() and d(1|2,3)))',
  )
  expect(condition('t_check_status("500") or (t_branch_timeout() and !t_branch_replied())')).toBe(
    '(t_check_status(500) or (t_branch_timeout() and !t_branch_replied()))',
  )
})

test('comparisons of variables, words and addresses', () => {
  expect(condition('$rU == $null && uri==myself')).toBe('(($rU==$null) and (uri==myself))')
  expect(condition('$ua =~ "a|b" || src_ip != 10.0.0.1')).toBe('(($ua=~a|b) or (src_ip!=10.0.0.1))')
})

test('what is no condition that we know keeps its words', () => {
  expect(condition('$var(n) > 3')).toBe('($var(n) > 3)')
  expect(condition('@via[2] == ""')).toBe('(@via[2] == )')
})

test('blocks with and without braces, else, else if, and what leaves', () => {
  const statements = parse('if (a) return; else if (b) { c(); exit; } else { d("x") } drop();')
  expect(statements).toMatchObject([
    {
      kind: 'if',
      then: [{ kind: 'leave', word: 'return' }],
      otherwise: [
        {
          kind: 'if',
          then: [
            { kind: 'call', name: 'c' },
            { kind: 'leave', word: 'exit' },
          ],
          otherwise: [{ kind: 'call', name: 'd', args: [{ kind: 'string', text: 'x' }] }],
        },
      ],
    },
    { kind: 'leave', word: 'drop' },
  ])
})

test('assignments, loops and switches are other statements, whole', () => {
  const statements = parse('$du = f("a;b"); while ($x) { g(); } switch($y) { case 1: h(); } i();')
  expect(statements.map(({ kind }) => kind)).toEqual(['other', 'other', 'other', 'call'])
})

test('every call is found, in conditions and blocks alike', () => {
  const found = [...callsIn(parse('if (!a("1")) { b(); } else if (c() && d()) e(); f();'))]
  expect(found.map(({ name }) => name).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
})

test('what nests too deep is refused, not followed', () => {
  expect(() => parse(`if (${'('.repeat(5_000)}a${')'.repeat(5_000)}) exit;`)).toThrow(/400 at most/)
  expect(() => parse('{'.repeat(5_000))).toThrow(/400 at most/)
  expect(() => parse(`${'if (a) '.repeat(5_000)} b();`)).toThrow(/400 at most/)
})
