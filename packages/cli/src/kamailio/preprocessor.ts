/**
 * What Kamailio does before it reads its configuration: `#!define` and its kin, `#!ifdef` blocks, included files. Every
 * directive is remembered with its place, and every stretch that is left out, so that the report can name them.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Lexer, tokensOf } from './lexer.js'
import { refusal, type Place, type Token } from './token.js'

/** One directive, or an include. */
export interface Directive extends Place {
  readonly endLine: number
  readonly name: string
  /** What follows it; of a definition its name alone, for its value may be a secret. */
  readonly subject: string
  /** What became of it. */
  readonly outcome: 'done' | 'missing-file' | 'not-evaluated' | 'not-literal'
}

/** Lines that Kamailio leaves out, too. */
export interface Inactive extends Place {
  readonly endLine: number
  /** `WITH_NAT is not defined` */
  readonly why: string
}

/** What is left to be parsed, and what has been dealt with. */
export interface Preprocessed {
  readonly tokens: readonly Token[]
  readonly directives: readonly Directive[]
  readonly inactive: readonly Inactive[]
  /** The lines of each file, in the order in which they were read. */
  readonly files: ReadonlyMap<string, readonly string[]>
}

/** Kamailio's own bound. */
const maxDepth = 10
/** Of all files together. */
const maxBytes = 8 * 1024 * 1024
const maxTokens = 2_000_000
/** A definition that names itself would never end. */
const maxExpansion = 10
/** Of a directive, with the lines that go on. */
const maxDirective = 16_384
/** `#!subst` looks for each of them in every string. */
const maxSubstitutions = 500
/** Of a string after them. */
const maxString = 65_536

/** Reads a file and what it includes. Throws SIPW_ERR_IMPORT_INPUT. */
export function preprocess(file: string): Preprocessed {
  const preprocessor = new Preprocessor()
  preprocessor.include(file, { file, line: 1 }, 0)
  return preprocessor
}

/** One `#!ifdef` that has not ended. */
interface Condition extends Place {
  active: boolean
  /** All around it are. */
  readonly within: boolean
  readonly name: string
  readonly negated: boolean
}

class Preprocessor implements Preprocessed {
  readonly tokens: Token[] = []
  readonly directives: Directive[] = []
  readonly inactive: Inactive[] = []
  readonly files = new Map<string, readonly string[]>()
  readonly #definitions = new Map<string, readonly Token[]>()
  readonly #substitutions: { readonly find: string; readonly put: string }[] = []
  #bytes = 0

  include(file: string, from: Place, depth: number): void {
    if (depth > maxDepth) {
      throw refusal(from, `includes within includes, ${depth} deep`, `${maxDepth} at most`)
    }
    const text = this.#read(file, from)
    this.files.set(file, text.split('\n'))
    this.#scan(new Lexer(file, text), file, depth)
  }

  #read(file: string, from: Place): string {
    let size: number
    try {
      const stats = statSync(file)
      if (!stats.isFile()) throw new Error('it is no file')
      size = stats.size
      this.#bytes += size
    } catch (error) {
      throw refusal(from, `${file} (${reasonOf(error)})`, 'a file that can be read')
    }
    if (this.#bytes > maxBytes) {
      throw refusal(from, `${this.#bytes} bytes`, `${maxBytes} bytes in all files together`)
    }
    try {
      return readFileSync(file, 'utf8')
        .replace(/^\uFEFF/, '')
        .replaceAll('\r\n', '\n')
    } catch (error) {
      throw refusal(from, `${file} (${reasonOf(error)})`, 'a file that can be read')
    }
  }

  #scan(lexer: Lexer, file: string, depth: number): void {
    const conditions: Condition[] = []
    for (;;) {
      const skipping = conditions.at(-1)?.active === false
      if (skipping) {
        if (!this.#skipInactive(lexer, conditions)) break
        continue
      }
      if (!lexer.skipSpace()) break
      const ahead = lexer.lineAhead()
      if (ahead !== undefined && this.#isDirective(ahead)) {
        this.#directive(lexer, conditions, file, depth)
        continue
      }
      if (lexer.skipComment()) continue
      this.#take(lexer.token())
    }
    const open = conditions.at(-1)
    if (open !== undefined) throw refusal(open, `#!${ifName(open)} without an end`, '#!endif')
  }

  /** Passes over lines up to the directive that ends them; false at the end of the text. */
  #skipInactive(lexer: Lexer, conditions: Condition[]): boolean {
    const begin = lexer.place
    let nested = 0
    for (;;) {
      const text = lexer.lineAhead() ?? ''
      const [, name] = directivePattern.exec(text) ?? []
      if (name !== undefined && /^if/i.test(name)) nested++
      else if (name?.toLowerCase() === 'endif' && nested > 0) nested--
      else if (nested === 0 && /^(?:else|endif)$/i.test(name ?? '')) break
      if (!lexer.skipLine()) return false
    }
    const { line } = lexer.place
    const { name, negated } = conditions.at(-1)!
    if (line > begin.line) {
      const why = negated ? `${name} is defined` : `${name} is not defined`
      this.inactive.push({ ...begin, endLine: line - 1, why })
    }
    lexer.skipSpace()
    this.#condition(lexer, conditions)
    return true
  }

  #isDirective(line: string): boolean {
    return /^(?:[#!]!|(?:include|import)_file\b)/.test(line) && directive.test(line)
  }

  #directive(lexer: Lexer, conditions: Condition[], file: string, depth: number): void {
    const ahead = lexer.lineAhead() ?? ''
    if (ahead.length > maxDirective) throw tooLong(lexer.place)
    const [, name = ''] = directivePattern.exec(ahead) ?? []
    if (/^(?:ifdef|ifndef|ifexp|else|endif)$/i.test(name)) {
      this.#condition(lexer, conditions)
    } else if (/^(?:include|import)_file$/.test(name) || name === '') {
      this.#include(lexer, ahead, file, depth)
    } else this.#define(lexer, name.toLowerCase())
  }

  #condition(lexer: Lexer, conditions: Condition[]): void {
    const { file, line } = lexer.place
    const [, given = '', subject = ''] = directivePattern.exec(lexer.lineAhead() ?? '') ?? []
    const name = given.toLowerCase()
    const symbol = subject.trim().split(/\s/, 1)[0] ?? ''
    const done: Directive = { file, line, endLine: line, name, subject: symbol, outcome: 'done' }
    if (name === 'else' || name === 'endif') {
      const current = conditions.at(-1)
      if (current === undefined) throw refusal({ file, line }, `#!${name}`, '#!ifdef before it')
      if (name === 'endif') conditions.pop()
      else {
        conditions.pop()
        const active = !current.active && current.within
        conditions.push({ ...current, active, negated: !current.negated })
      }
      this.directives.push({ ...done, subject: '' })
    } else {
      const evaluated = name !== 'ifexp'
      const defined = evaluated && this.#definitions.has(symbol)
      const negated = name === 'ifndef'
      conditions.push({
        file,
        line,
        active: defined !== negated,
        within: true,
        name: symbol,
        negated,
      })
      this.directives.push({ ...done, outcome: evaluated ? 'done' : 'not-evaluated' })
    }
    lexer.skipLine()
  }

  #include(lexer: Lexer, ahead: string, from: string, depth: number): void {
    const { file, line } = lexer.place
    const [, name = '', target] = /^(?:[#!]!)?(\w+)\s+["']([^"']*)["']/.exec(ahead) ?? []
    if (target === undefined) throw refusal({ file, line }, ahead, 'the name of a file in quotes')
    const path = resolve(dirname(from), target)
    const directive = { file, line, endLine: line, name, subject: target }
    lexer.skipLine()
    if (name === 'import_file' && !existsSync(path)) {
      this.directives.push({ ...directive, outcome: 'missing-file' })
      return
    }
    this.directives.push({ ...directive, outcome: 'done' })
    this.include(path, { file, line }, depth + 1)
  }

  #define(lexer: Lexer, name: string): void {
    const { file, line } = lexer.place
    let text = ''
    let more = true
    while (more) {
      const part = lexer.lineAhead() ?? ''
      more = part.endsWith('\\')
      text += more ? `${part.slice(0, -1)} ` : part
      if (text.length > maxDirective) throw tooLong({ file, line })
      if (!lexer.skipLine()) more = false
    }
    const endLine = Math.max(line, lexer.place.line - 1)
    const [, , rest = ''] = directivePattern.exec(text) ?? []
    const [, symbol = '', value = ''] = /^([\w.]+)\s*(.*)$/.exec(rest.trim()) ?? []
    const directive = { file, line, endLine, name, subject: symbol }
    const tokens = (): Token[] => tokensOf(value, { file, line })
    switch (name) {
      case 'define':
      case 'def':
      case 'redefine':
      case 'redef':
        this.#definitions.set(symbol, tokens())
        this.directives.push({ ...directive, outcome: 'done' })
        break
      case 'trydefine':
      case 'trydef':
        if (!this.#definitions.has(symbol)) this.#definitions.set(symbol, tokens())
        this.directives.push({ ...directive, outcome: 'done' })
        break
      case 'undef':
        this.#definitions.delete(symbol)
        this.directives.push({ ...directive, outcome: 'done' })
        break
      case 'subst':
      case 'substdef':
      case 'substdefs':
        this.directives.push({ ...directive, ...this.#substitute(name, rest, { file, line }) })
        break
      default:
        // #!defenv, #!defexp: their values are not in the file.
        this.directives.push({ ...directive, outcome: 'not-evaluated' })
    }
  }

  /** `"/FIND/PUT/flags"`, with any sign for the slash. */
  #substitute(name: string, rest: string, place: Place): Pick<Directive, 'subject' | 'outcome'> {
    const quoted = /^\s*(["'])(.*)\1\s*;?\s*$/.exec(rest)?.[2] ?? rest.trim()
    const [, find = '', put = ''] = quoted.split(quoted.charAt(0))
    const literal = find.replaceAll(/\\([./-])/g, '$1')
    if (find === '' || /[*+?()[\]{}|^$]|(?<!\\)\./.test(find)) {
      return { subject: find, outcome: 'not-literal' }
    }
    if (this.#substitutions.push({ find: literal, put }) > maxSubstitutions) {
      throw refusal(place, `more than ${maxSubstitutions} substitutions`, 'fewer')
    }
    const value = name === 'substdefs' ? `"${put.replaceAll('"', '\\"')}"` : put
    if (name !== 'subst') this.#definitions.set(literal, tokensOf(value, place))
    return { subject: find, outcome: 'done' }
  }

  #take(token: Token, depth = 0): void {
    if (this.tokens.length >= maxTokens) {
      throw refusal(token, `${maxTokens} words`, 'fewer in all files together')
    }
    if (token.kind === 'string') {
      this.tokens.push({ ...token, text: this.#substituted(token) })
      return
    }
    const value = token.kind === 'word' ? this.#definitions.get(token.text) : undefined
    if (value === undefined || depth >= maxExpansion) {
      this.tokens.push(token)
      return
    }
    const { file, line, endLine } = token
    value.forEach((each, index) => {
      const spaced = index === 0 ? token.spaced : each.spaced
      this.#take({ ...each, file, line, endLine, spaced }, depth + 1)
    })
  }

  #substituted(token: Token): string {
    let { text } = token
    for (const { find, put } of this.#substitutions) {
      if (!text.includes(find)) continue
      const places = text.split(find).length - 1
      if (text.length + places * put.length > maxString) {
        throw refusal(token, 'a string that substitutions make long', `${maxString} characters`)
      }
      text = text.replaceAll(find, () => put)
    }
    return text
  }
}

/** What is no directive behind `#!` is a comment: `#!KAMAILIO`, `#! by hand`. */
const directivePattern =
  /^[#!]!\s?(define|def|redefine|redef|trydefine|trydef|undef|defenvs?|trydefenvs?|defexps?|substdefs?|subst|ifdef|ifndef|ifexp|else|endif|(?:include|import)_file)\b\s*(.*)$/i

const directive = new RegExp(`${directivePattern.source}|^(?:include|import)_file\\b`, 'i')

function tooLong(place: Place) {
  return refusal(place, 'a directive that goes on and on', `${maxDirective} characters at most`)
}

function ifName({ negated }: Condition): string {
  return negated ? 'ifndef' : 'ifdef'
}

function reasonOf(error: unknown): string {
  const { code } = error as { readonly code?: string }
  return code === 'ENOENT'
    ? 'it is not there'
    : error instanceof Error
      ? error.message
      : String(error)
}
