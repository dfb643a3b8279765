/** The statements of a route block, as far as they can be told apart; what cannot keeps its lines and is called `other`. */
import { refusal, type Place, type Token, textOf } from './token.js'

export type Expression =
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'string' | 'number' | 'variable' | 'word'; readonly text: string }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'compare'
      readonly operator: '==' | '!=' | '=~' | '!~'
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'other'; readonly text: string }

/** Where a statement begins and ends. */
export interface Stretch extends Place {
  readonly endLine: number
}

export type Statement = Stretch &
  (
    | {
        readonly kind: 'if'
        readonly condition: Expression
        /** The last line of the condition. */
        readonly headLine: number
        readonly then: readonly Statement[]
        readonly otherwise: readonly Statement[]
      }
    | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
    | { readonly kind: 'leave'; readonly word: 'return' | 'exit' | 'drop' | 'break' }
    | { readonly kind: 'other'; readonly text: string }
  )

/** Blocks and parentheses within each other: more is nobody's configuration. */
const maxDepth = 400

/** Reads the tokens of one block, without its braces. Throws SIPW_ERR_IMPORT_INPUT. */
export function parseStatements(tokens: readonly Token[]): Statement[] {
  return new Parser(tokens).statements()
}

/** What an argument says, if that is known beforehand. */
export function textOfArgument(expression: Expression): string | undefined {
  const { kind } = expression
  return kind === 'string' || kind === 'number' || kind === 'word' ? expression.text : undefined
}

/** Every call that stands anywhere in it, with the statement that it stands in. */
export function* callsIn(statements: readonly Statement[]): Generator<{
  readonly name: string
  readonly args: readonly Expression[]
  readonly at: Stretch
}> {
  for (const statement of statements) {
    if (statement.kind === 'call') yield { ...statement, at: statement }
    if (statement.kind !== 'if') continue
    for (const call of callsOf(statement.condition)) yield { ...call, at: statement }
    yield* callsIn(statement.then)
    yield* callsIn(statement.otherwise)
  }
}

function* callsOf(
  expression: Expression,
): Generator<{ readonly name: string; readonly args: readonly Expression[] }> {
  switch (expression.kind) {
    case 'call':
      yield expression
      break
    case 'not':
      yield* callsOf(expression.of)
      break
    case 'and':
    case 'or':
    case 'compare':
      yield* callsOf(expression.left)
      yield* callsOf(expression.right)
      break
    default:
  }
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  statements(): Statement[] {
    const statements: Statement[] = []
    while (this.#at < this.#tokens.length && !this.#is('}')) {
      if (this.#skip(';')) continue
      statements.push(...this.#statement())
    }
    return statements
  }

  #statement(): Statement[] {
    const first = this.#tokens[this.#at]!
    if (++this.#depth > maxDepth)
      throw refusal(first, 'blocks within blocks', `${maxDepth} at most`)
    try {
      if (this.#is('{')) return this.#block()
      if (first.kind === 'word') {
        const text = first.text.toLowerCase()
        if (text === 'if') return [this.#if(first)]
        if (leaves.has(text)) return [this.#leave(first, text)]
        if (text === 'switch' || text === 'while') return [this.#other(first, true)]
        const begin = this.#at
        const call = this.#call()
        if (
          call !== undefined &&
          (this.#at >= this.#tokens.length || this.#is(';') || this.#is('}'))
        ) {
          const { name, args } = call
          const endLine = this.#last().endLine
          this.#skip(';')
          return [{ kind: 'call', name, args, file: first.file, line: first.line, endLine }]
        }
        this.#at = begin
      }
      return [this.#other(first, false)]
    } finally {
      this.#depth--
    }
  }

  #block(): Statement[] {
    this.#at++
    const statements = this.statements()
    this.#skip('}')
    return statements
  }

  #if(first: Token): Statement {
    this.#at++
    const begin = this.#at
    let condition = this.#expression()
    if (condition === undefined) {
      this.#at = begin
      condition = { kind: 'other', text: this.#enclosed() }
    }
    const headLine = this.#last().endLine
    const then = this.#branch()
    let otherwise: readonly Statement[] = []
    if (this.#isWord('else')) {
      this.#at++
      otherwise = this.#branch()
    }
    const { file, line } = first
    const endLine = this.#last().endLine
    return { kind: 'if', condition, headLine, then, otherwise, file, line, endLine }
  }

  #branch(): Statement[] {
    if (this.#at >= this.#tokens.length || this.#skip(';')) return []
    return this.#statement()
  }

  #leave(first: Token, text: string): Statement {
    this.#at++
    if (this.#is('(')) this.#enclosed()
    while (this.#at < this.#tokens.length && !this.#is(';') && !this.#is('}')) this.#at++
    const endLine = this.#last().endLine
    this.#skip(';')
    const word = text as 'return' | 'exit' | 'drop' | 'break'
    return { kind: 'leave', word, file: first.file, line: first.line, endLine }
  }

  /** Up to its semicolon, or to the brace that closes its block. */
  #other({ file, line }: Token, hasBlock: boolean): Statement {
    const begin = this.#at
    let depth = 0
    while (this.#at < this.#tokens.length) {
      const { kind, text } = this.#tokens[this.#at]!
      if (kind === 'mark') {
        if (depth === 0 && (text === '}' || (text === ';' && !hasBlock))) break
        if (opening.has(text)) depth++
        else if (closing.has(text)) depth--
        if (hasBlock && depth === 0 && text === '}') {
          this.#at++
          break
        }
      }
      this.#at++
    }
    if (this.#at === begin) this.#at++
    const text = textOf(this.#tokens.slice(begin, this.#at))
    const endLine = this.#last().endLine
    this.#skip(';')
    return { kind: 'other', text, file, line, endLine }
  }

  #expression(): Expression | undefined {
    return this.#binary('or', orMarks, () => this.#binary('and', andMarks, () => this.#negation()))
  }

  #binary(
    kind: 'and' | 'or',
    marks: ReadonlySet<string>,
    operand: () => Expression | undefined,
  ): Expression | undefined {
    let left = operand()
    while (left !== undefined && marks.has(this.#tokens[this.#at]?.text.toLowerCase() ?? '')) {
      this.#at++
      const right = operand()
      left = right === undefined ? undefined : { kind, left, right }
    }
    return left
  }

  #negation(): Expression | undefined {
    if (!this.#is('!') && !this.#isWord('not')) return this.#comparison()
    this.#at++
    const of = this.#nested(() => this.#negation())
    return of === undefined ? undefined : { kind: 'not', of }
  }

  #comparison(): Expression | undefined {
    const left = this.#primary()
    const token = this.#tokens[this.#at]
    if (left === undefined || token?.kind !== 'mark') return left
    const operator = operators.get(token.text)
    if (operator === undefined) {
      // Behind a whole condition stands a block, a bracket or a further condition.
      return continues.has(token.text) ? left : undefined
    }
    this.#at++
    const right = this.#primary()
    return right === undefined ? undefined : { kind: 'compare', operator, left, right }
  }

  #primary(): Expression | undefined {
    const token = this.#tokens[this.#at]
    if (token === undefined) return undefined
    if (this.#is('(')) {
      this.#at++
      const inner = this.#nested(() => this.#expression())
      return inner !== undefined && this.#skip(')') ? inner : undefined
    }
    if (this.#is('-') && this.#tokens[this.#at + 1]?.kind === 'number') {
      this.#at += 2
      return { kind: 'number', text: `-${this.#last().text}` }
    }
    if (token.kind === 'mark') return undefined
    if (token.kind === 'word') {
      const call = this.#call()
      if (call !== undefined) return { kind: 'call', ...call }
    }
    this.#at++
    return { kind: token.kind, text: token.text }
  }

  /** `name(…)`; undefined and nothing read if it is none. */
  #call(): { readonly name: string; readonly args: readonly Expression[] } | undefined {
    const begin = this.#at
    const name = this.#tokens[begin]!.text
    this.#at++
    if (!this.#skip('(')) {
      this.#at = begin
      return undefined
    }
    const args: Expression[] = []
    while (this.#at < this.#tokens.length && !this.#is(')')) {
      const argument = this.#at
      const expression = this.#nested(() => this.#expression())
      if (expression !== undefined && (this.#is(',') || this.#is(')'))) args.push(expression)
      else {
        this.#at = argument
        args.push({ kind: 'other', text: this.#untilComma() })
      }
      this.#skip(',')
    }
    if (this.#skip(')')) return { name, args }
    throw refusal(this.#tokens[begin]!, `${name}( without an end`, 'a closing )')
  }

  #untilComma(): string {
    const begin = this.#at
    let depth = 0
    while (this.#at < this.#tokens.length) {
      const { kind, text } = this.#tokens[this.#at]!
      if (kind === 'mark') {
        if (depth === 0 && (text === ',' || text === ')')) break
        if (opening.has(text)) depth++
        else if (closing.has(text)) depth--
      }
      this.#at++
    }
    return textOf(this.#tokens.slice(begin, this.#at))
  }

  /** Passes over what stands in parentheses, or over one token. */
  #enclosed(): string {
    const begin = this.#at
    let depth = 0
    do {
      if (this.#is('(')) depth++
      else if (this.#is(')')) depth--
      this.#at++
    } while (depth > 0 && this.#at < this.#tokens.length)
    return textOf(this.#tokens.slice(begin, this.#at))
  }

  #nested<Value>(parse: () => Value): Value {
    if (++this.#depth > maxDepth) {
      throw refusal(this.#last(), 'parentheses within parentheses', `${maxDepth} at most`)
    }
    try {
      return parse()
    } finally {
      this.#depth--
    }
  }

  #last(): Token {
    return this.#tokens[Math.max(0, Math.min(this.#at, this.#tokens.length) - 1)]!
  }

  #is(mark: string): boolean {
    const token = this.#tokens[this.#at]
    return token?.kind === 'mark' && token.text === mark
  }

  #isWord(word: string): boolean {
    const token = this.#tokens[this.#at]
    return token?.kind === 'word' && token.text.toLowerCase() === word
  }

  #skip(mark: string): boolean {
    if (!this.#is(mark)) return false
    this.#at++
    return true
  }
}

const leaves: ReadonlySet<string> = new Set(['return', 'exit', 'drop', 'break'])
const opening: ReadonlySet<string> = new Set(['(', '{', '['])
const closing: ReadonlySet<string> = new Set([')', '}', ']'])
const orMarks: ReadonlySet<string> = new Set(['||', 'or'])
const andMarks: ReadonlySet<string> = new Set(['&&', 'and'])
const continues: ReadonlySet<string> = new Set(['(', ')', '{', '}', ';', ',', '&&', '||'])
const operators: ReadonlyMap<string, '==' | '!=' | '=~' | '!~'> = new Map([
  ['==', '=='],
  ['!=', '!='],
  ['=~', '=~'],
  ['!~', '!~'],
])
