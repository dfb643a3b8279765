/** A whole kamailio.cfg: settings, modules, parameters of modules, and route blocks, each with its place. */
import { preprocess, type Directive, type Inactive } from './preprocessor.js'
import { parseStatements, type Statement, type Stretch } from './script.js'
import { refusal, textOf, type Token } from './token.js'

/** `name=value` */
export interface Setting extends Stretch {
  readonly name: string
  readonly value: string
}

export interface LoadedModule extends Stretch {
  /** Without path and `.so`. */
  readonly name: string
}

export interface ModuleParameter extends Stretch {
  /** `"tm|usrloc"` are two. */
  readonly modules: readonly string[]
  readonly name: string
  readonly value: string
}

export type RouteKind =
  | 'request_route'
  | 'route'
  | 'failure_route'
  | 'branch_route'
  | 'onreply_route'
  | 'onsend_route'
  | 'event_route'

export interface RouteBlock extends Stretch {
  readonly kind: RouteKind
  /** Empty for the request route. */
  readonly name: string
  readonly statements: readonly Statement[]
}

export interface Cfg {
  readonly settings: readonly Setting[]
  readonly modules: readonly LoadedModule[]
  readonly parameters: readonly ModuleParameter[]
  readonly routes: readonly RouteBlock[]
  /** What was not understood: its place, and its first word. */
  readonly others: readonly Setting[]
  readonly directives: readonly Directive[]
  readonly inactive: readonly Inactive[]
  readonly files: ReadonlyMap<string, readonly string[]>
}

/** Reads a file and what it includes. Throws SIPW_ERR_IMPORT_INPUT. */
export function readCfg(file: string): Cfg {
  const { tokens, directives, inactive, files } = preprocess(file)
  return { ...new Parser(tokens).parse(), directives, inactive, files }
}

class Parser {
  readonly #tokens: readonly Token[]
  readonly #settings: Setting[] = []
  readonly #modules: LoadedModule[] = []
  readonly #parameters: ModuleParameter[] = []
  readonly #routes: RouteBlock[] = []
  readonly #others: Setting[] = []
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): Omit<Cfg, 'directives' | 'inactive' | 'files'> {
    while (this.#at < this.#tokens.length) this.#declaration()
    return {
      settings: this.#settings,
      modules: this.#modules,
      parameters: this.#parameters,
      routes: this.#routes,
      others: this.#others,
    }
  }

  #declaration(): void {
    const first = this.#tokens[this.#at]!
    if (this.#isMark(first, ';')) {
      this.#at++
      return
    }
    if (this.#isMark(first, '}')) throw refusal(first, '}', 'a { before it')
    const route = first.kind === 'word' ? routeKinds.get(first.text) : undefined
    if (route !== undefined) return this.#route(first, route)
    if (first.kind === 'word' && /^modparamx?$/.test(first.text)) return this.#parameter(first)
    if (first.kind === 'word' && /^loadmodulex?$/.test(first.text)) return this.#module(first)
    this.#setting(first)
  }

  #route(first: Token, kind: RouteKind): void {
    this.#at++
    let name = ''
    if (this.#isMark(this.#tokens[this.#at], '[')) {
      const begin = ++this.#at
      while (this.#at < this.#tokens.length && !this.#isMark(this.#tokens[this.#at], ']'))
        this.#at++
      name = textOf(this.#tokens.slice(begin, this.#at))
      this.#at++
    }
    const open = this.#tokens[this.#at]
    if (!this.#isMark(open, '{')) {
      throw refusal(open ?? first, open?.text ?? 'the end of the file', `{ after ${first.text}`)
    }
    const begin = this.#at + 1
    this.#skipBlock(first)
    const last = this.#tokens[this.#at - 1]!
    const main = kind === 'route' && (name === '' || name === '0')
    this.#routes.push({
      kind: main ? 'request_route' : kind,
      name: main ? '' : name,
      statements: parseStatements(this.#tokens.slice(begin, this.#at - 1)),
      file: first.file,
      line: first.line,
      endLine: last.endLine,
    })
  }

  #parameter(first: Token): void {
    this.#at++
    const args: string[] = []
    let part: Token[] = []
    let depth = 0
    for (; this.#at < this.#tokens.length; this.#at++) {
      const token = this.#tokens[this.#at]!
      if (this.#isMark(token, '(') && depth++ === 0) continue
      if (this.#isMark(token, ')') && --depth === 0) break
      if (depth === 1 && this.#isMark(token, ',')) {
        args.push(joined(part))
        part = []
      } else if (depth > 0) part.push(token)
      else throw refusal(token, token.text, '( after modparam')
    }
    const last = this.#tokens[this.#at]
    const [modules, name = '', ...rest] = [...args, joined(part)]
    if (last === undefined || name === '' || rest.length !== 1) {
      throw refusal(first, first.text, 'modparam("module", "name", value)')
    }
    this.#at++
    this.#parameters.push({
      modules: modules.split('|').map((each) => each.trim()),
      name,
      value: rest[0]!,
      file: first.file,
      line: first.line,
      endLine: last.endLine,
    })
  }

  #module(first: Token): void {
    this.#at++
    if (this.#isMark(this.#tokens[this.#at], '(')) this.#at++
    const path = this.#tokens[this.#at]
    if (path?.kind !== 'string') {
      throw refusal(first, path?.text ?? 'the end of the file', 'the name of a module in quotes')
    }
    this.#at++
    this.#restOfLine(path)
    const name = /([^/]*?)(?:\.so)?$/.exec(path.text)?.[1] ?? path.text
    this.#modules.push({ name, file: first.file, line: first.line, endLine: path.endLine })
  }

  /** `name=value`, `group.name = value desc "…"`, and whatever else begins a line. */
  #setting(first: Token): void {
    const begin = this.#at++
    let equals = -1
    let last = first
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at]!
      const goesOn = this.#at - 1 === equals || token.line === last.endLine
      if (!goesOn || this.#isMark(token, ';')) break
      if (equals < 0 && this.#isMark(token, '=')) equals = this.#at
      if (this.#isMark(token, '{')) this.#skipBlock(first)
      else this.#at++
      last = this.#tokens[this.#at - 1]!
    }
    const { file, line } = first
    const stretch = { file, line, endLine: last.endLine }
    if (equals < 0) {
      this.#others.push({ name: first.text, value: '', ...stretch })
      return
    }
    const name = textOf(this.#tokens.slice(begin, equals)).replaceAll(' ', '')
    const value = textOf(this.#tokens.slice(equals + 1, this.#at)).trim()
    this.#settings.push({ name, value, ...stretch })
  }

  #restOfLine({ endLine }: Token): void {
    while (this.#tokens[this.#at]?.line === endLine) this.#at++
  }

  /** From `{` to behind its `}`. */
  #skipBlock(owner: Token): void {
    let depth = 0
    do {
      const token = this.#tokens[this.#at]
      if (token === undefined) throw refusal(owner, `${owner.text} without an end`, 'a closing }')
      if (this.#isMark(token, '{')) depth++
      else if (this.#isMark(token, '}')) depth--
      this.#at++
    } while (depth > 0)
  }

  #isMark(token: Token | undefined, mark: string): boolean {
    return token?.kind === 'mark' && token.text === mark
  }
}

/** Strings that stand side by side are one. */
function joined(tokens: readonly Token[]): string {
  return tokens.every(({ kind }) => kind === 'string')
    ? tokens.map(({ text }) => text).join('')
    : textOf(tokens)
}

const routeKinds: ReadonlyMap<string, RouteKind> = new Map([
  ['request_route', 'request_route'],
  ['route', 'route'],
  ['failure_route', 'failure_route'],
  ['branch_route', 'branch_route'],
  ['onreply_route', 'onreply_route'],
  ['reply_route', 'onreply_route'],
  ['onsend_route', 'onsend_route'],
  ['event_route', 'event_route'],
])
