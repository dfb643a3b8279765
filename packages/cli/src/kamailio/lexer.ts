/**
 * Takes the text of a kamailio.cfg apart, from one position on: comments and white space are passed over, one token is read.
 * Directives are the preprocessor's, which asks line by line.
 */
import { refusal, type Place, type Token, type TokenKind } from './token.js'

export class Lexer {
  readonly #file: string
  readonly #text: string
  #at = 0
  #line: number
  #spaced = false
  /** Nothing but white space stands before on this line. */
  #fresh = true

  /** `line` is that of the first character. */
  constructor(file: string, text: string, line = 1) {
    this.#file = file
    this.#text = text
    this.#line = line
  }

  get place(): Place {
    return { file: this.#file, line: this.#line }
  }

  /**
   * The rest of the line if nothing but white space stands before it on its line, else undefined. A directive is there or
   * nowhere.
   */
  lineAhead(): string | undefined {
    return this.#fresh ? this.#text.slice(this.#at, this.#endOfLine()).trim() : undefined
  }

  /** Passes over the rest of the line; false at the end of the text. */
  skipLine(): boolean {
    const end = this.#endOfLine()
    if (end >= this.#text.length) {
      this.#at = this.#text.length
      return false
    }
    this.#at = end + 1
    this.#line++
    this.#spaced = this.#fresh = true
    return true
  }

  /** White space without comments; false at the end of the text. */
  skipSpace(): boolean {
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at]!
      if (!/\s/.test(character)) return true
      if (character === '\n') {
        this.#line++
        this.#fresh = true
      }
      this.#at++
      this.#spaced = true
    }
    return false
  }

  /** Whether a comment was passed over. A block comment that does not end is refused. */
  skipComment(): boolean {
    const two = this.#text.slice(this.#at, this.#at + 2)
    if (two === '/*') {
      const end = this.#text.indexOf('*/', this.#at + 2)
      if (end < 0) throw refusal(this.place, '/* without an end', '*/')
      this.#countLines(this.#at, end)
      this.#at = end + 2
    } else if (two.startsWith('#') || two === '//') {
      this.#at = this.#endOfLine()
    } else return false
    this.#spaced = true
    this.#fresh = false
    return true
  }

  /** The token that begins here; neither white space nor a comment does. */
  token(): Token {
    const line = this.#line
    const begin = this.#at
    const character = this.#text[begin]!
    if (character === '"' || character === "'") {
      return this.#made('string', this.#string(character), line)
    }
    if (character === '$') return this.#made('variable', this.#variable(), line)
    const [kind, pattern] = /[A-Za-z_]/.test(character)
      ? (['word', word] as const)
      : /\d/.test(character)
        ? (['number', number] as const)
        : (['mark', mark] as const)
    pattern.lastIndex = begin
    const found = pattern.exec(this.#text)?.[0] ?? character
    this.#at += found.length
    return this.#made(kind, found, line)
  }

  #made(kind: TokenKind, text: string, line: number): Token {
    const spaced = this.#spaced
    this.#spaced = this.#fresh = false
    return { kind, text, file: this.#file, line, endLine: this.#line, spaced }
  }

  #string(quote: string): string {
    const begin = this.place
    let text = ''
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const character = this.#text[at]!
      if (character === quote) {
        this.#at = at + 1
        return text
      }
      if (character === '\\' && quote === '"') {
        const next = this.#text[++at] ?? ''
        text += escapes.get(next) ?? next
        if (next === '\n') this.#line++
        continue
      }
      if (character === '\n') this.#line++
      text += character
    }
    throw refusal(begin, 'a string without an end', `a closing ${quote}`)
  }

  /** `$ru`, `$hdr(X)`, `$(ru{uri.user})`, `$xavp(a=>b)[0]` */
  #variable(): string {
    const begin = this.#at
    this.#at++
    variableName.lastIndex = this.#at
    this.#at += variableName.exec(this.#text)?.[0].length ?? 0
    if (this.#text[this.#at] === '(') this.#enclosed('(', ')')
    while (this.#text[this.#at] === '[') this.#enclosed('[', ']')
    return this.#text.slice(begin, this.#at)
  }

  #enclosed(open: string, close: string): void {
    let depth = 0
    for (let at = this.#at; at < this.#text.length && this.#text[at] !== '\n'; at++) {
      if (this.#text[at] === open) depth++
      else if (this.#text[at] === close && --depth === 0) {
        this.#at = at + 1
        return
      }
    }
    throw refusal(this.place, `${open} without an end`, `a closing ${close}`)
  }

  #endOfLine(): number {
    const end = this.#text.indexOf('\n', this.#at)
    return end < 0 ? this.#text.length : end
  }

  #countLines(from: number, to: number): void {
    for (let at = from; at < to; at++) if (this.#text[at] === '\n') this.#line++
  }
}

/** All tokens of a text that has no directives: the value of a definition. */
export function tokensOf(text: string, { file, line }: Place): Token[] {
  const lexer = new Lexer(file, text, line)
  const tokens: Token[] = []
  while (lexer.skipSpace()) {
    if (!lexer.skipComment()) tokens.push({ ...lexer.token(), line, endLine: line })
  }
  return tokens
}

const word = /\w+/y
const number = /\d[\w.]*/y
const mark = /==|!=|=~|!~|<=|>=|&&|\|\||=>|\+=|::|[^\s\w]/y
const variableName = /[\w.]*/y
const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['\n', ''],
])
