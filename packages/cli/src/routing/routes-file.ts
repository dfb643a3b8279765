/** Writes routes.ts: a route class that does what was recognised, and quotes what was not. */
import { basename } from 'node:path'
import { type RouteBlock } from '../kamailio/cfg.js'
import { type Stretch } from '../kamailio/script.js'
import { type Edge } from '../edge/edge.js'
import { redacted } from '../report/redact.js'
import { not } from './conditions.js'
import { type Program } from './program.js'
import { camel, dataLiteral, indented, literal } from './source-text.js'
import {
  always,
  endsAlways,
  endsEver,
  leaves,
  type Block,
  type Condition,
  type Selection,
  type Step,
} from './step.js'

export interface RoutesFileInput {
  readonly program: Program
  readonly edge: Edge
  /** The lines of every file that was read. */
  readonly files: ReadonlyMap<string, readonly string[]>
}

/** The text of the file. */
export function routesFile(input: RoutesFileInput): string {
  return new Writer(input).file()
}

class Writer {
  readonly #input: RoutesFileInput
  /** Names of the framework and of the dispatcher that are used. */
  readonly #framework = new Set(['OnFailure', 'OnRequest', 'Routes'])
  readonly #frameworkTypes = new Set(['FailureContext', 'Handled', 'RequestContext'])
  readonly #dispatcher = new Set<string>()
  readonly #dispatcherTypes = new Set(['DispatcherInput'])
  /** By key, the name of the constant that finds it. */
  readonly #keys = new Map<string, string>()
  readonly #names = new Map<Block, string>()
  readonly #blocks: Block[] = []
  /** The method that is written now is one of a failure. */
  #inFailure = false

  constructor(input: RoutesFileInput) {
    this.#input = input
  }

  file(): string {
    const { program } = this.#input
    const { request } = program
    if (request !== undefined) this.#collect(request.steps)
    for (const failure of program.failures.values()) this.#add(failure)
    const members = [
      ...this.#requestMethod(request),
      '',
      ...this.#failureMethod(),
      ...this.#blocks.flatMap((block) => ['', ...this.#method(block)]),
    ]
    const injects = members.some((line) => line.includes('this.dispatcher'))
    const constructor = injects
      ? ['constructor(@inject(Dispatcher) private readonly dispatcher: Dispatcher) {}', '']
      : []
    if (injects) {
      this.#framework.add('inject')
      this.#dispatcher.add('Dispatcher')
    }
    const body = [
      '@Routes()',
      'export class KamailioRoutes {',
      ...indented([...constructor, ...members]),
      '}',
    ]
    const options = this.#options()
    const text = body.join('\n')
    const slots = this.#slots(text)
    return [
      ...this.#head(),
      ...slots,
      '',
      ...options,
      '',
      ...body,
      ...this.#unreached(program.unreached),
      '',
    ].join('\n')
  }

  #head(): string[] {
    const imported = (names: ReadonlySet<string>, types: ReadonlySet<string>): string =>
      [...[...names].sort(), ...[...types].sort().map((name) => `type ${name}`)].join(', ')
    return [
      '// Made by `sipwright import kamailio`: what it recognised in kamailio.cfg. MIGRATION.md says, line by line, what',
      '// became of the rest. Yours to change: importing again overwrites it only with --force.',
      `import { ${imported(this.#framework, this.#frameworkTypes)} } from '@sipwright/framework'`,
      `import { ${imported(this.#dispatcher, this.#dispatcherTypes)} } from '@sipwright/plugin-dispatcher'`,
    ]
  }

  /** The constants that the class uses. */
  #slots(body: string): string[] {
    const lines: string[] = []
    if (body.includes('(destinations')) {
      this.#dispatcherTypes.add('Candidates')
      lines.push(
        '/** What ds_select_dst and its kin have found for this request. */',
        "const destinations = contextKey<Candidates>('kamailio.destinations')",
      )
    }
    if (body.includes('(failureRoute')) {
      lines.push(
        '/** What t_on_failure has said. */',
        "const failureRoute = contextKey<string | undefined>('kamailio.failureRoute')",
      )
    }
    if (lines.length > 0) this.#framework.add('contextKey')
    for (const [key, name] of this.#keys) lines.push(`const ${name} = keyNamed(${literal(key)})`)
    return lines.length === 0 ? lines : ['', ...lines]
  }

  #options(): string[] {
    const { sets, source, probe, strict, maxDurationMs, ejection } = this.#input.edge
    const given = {
      sets: Object.fromEntries(sets),
      probe,
      health: ejection && { ejection: { ...ejection, probeEnds: true } },
      load: maxDurationMs === undefined ? undefined : { maxDurationMs },
    }
    const lines = Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}: ${dataLiteral(value)},`)
    const table = source?.kind === 'sql' ? source.table : undefined
    const strictly = strict ? ', strict: true' : ''
    const from =
      table === undefined
        ? `source: { file: source${strictly} },`
        : `source: { sql: { url: source, table: ${literal(table)} }${strictly} },`
    const what = table === undefined ? 'the path of dispatcher.list' : 'the URL of the database'
    return [
      `/** \`createApp({ plugins: [dispatcher(dispatcherOptions(source))], routes: [KamailioRoutes] })\`; \`source\`: ${what}. */`,
      'export function dispatcherOptions(source: string): DispatcherInput {',
      ...indented(['return {', ...indented([...lines, from]), '}']),
      '}',
    ]
  }

  #requestMethod(request: Block | undefined): string[] {
    if (request === undefined) {
      const [rule] = this.#input.edge.route
      const set = rule?.set ?? [...this.#input.edge.sets.keys()][0] ?? '1'
      return [
        '/** No request_route was there: every request goes to one set. */',
        "@OnRequest('*')",
        'request(ctx: RequestContext): Handled {',
        ...indented([
          `const found = this.dispatcher.select(${setLiteral(set)}, ctx)`,
          'if (found.isEmpty) return ctx.reply(503)',
          'ctx.recordRoute()',
          `return ctx.relay(found, ${this.#relayOptions()})`,
        ]),
        '}',
      ]
    }
    const end = endOf(
      request.steps,
      'Kamailio ends here without an answer; nobody should wait for one.',
    )
    return [
      `/** request_route, ${this.#placeOf(request.at)} */`,
      "@OnRequest('*')",
      'request(ctx: RequestContext): Handled {',
      ...indented([
        ...this.#declaration(request.steps),
        ...this.#steps(request.steps, 'end'),
        ...end,
      ]),
      '}',
    ]
  }

  #failureMethod(): string[] {
    const { failures } = this.#input.program
    const cases = [...failures].map(
      ([name, block]) => `case ${literal(name)}: return this.${this.#nameOf(block)}(ctx)`,
    )
    const body =
      cases.length === 0
        ? [this.#withoutFailureRoute()]
        : [
            'const route = ctx.peek(failureRoute)',
            '// It is asked once, unless it arms itself again.',
            'ctx.set(failureRoute, undefined)',
            'switch (route) {',
            ...indented([...cases, 'default: return ctx.forward()']),
            '}',
          ]
    return ["@OnFailure('*')", 'failed(ctx: FailureContext): Handled {', ...indented(body), '}']
  }

  /** Without any routes it goes on as lb.yaml does, with routes that arm nothing it does not. */
  #withoutFailureRoute(): string {
    const { program, edge } = this.#input
    if (program.request !== undefined || edge.failover.maxAttempts === 1)
      return 'return ctx.forward()'
    return "return ctx.cause !== 'response' || ctx.response.status === 503 ? ctx.relayNext() : ctx.forward()"
  }

  #method(block: Block): string[] {
    const { kind, steps } = block
    const failure = kind === 'failure'
    this.#inFailure = failure
    const type = failure ? 'FailureContext' : 'RequestContext'
    const own = this.#isFailureRoute(block)
    const result =
      own || endsAlways(block) ? 'Handled' : endsEver(steps) ? 'Handled | undefined' : 'void'
    const back = own ? 'end-failure' : result === 'void' ? 'leave' : 'return'
    const lines = this.#steps(steps, back)
    const end = own
      ? leaves(steps)
        ? []
        : ['return ctx.forward()']
      : result === 'Handled | undefined' && !leaves(steps)
        ? ['return undefined']
        : []
    const [before, name] = [own ? 'failure_route' : 'route', block.name]
    return [
      `/** ${before}[${name.replaceAll(/[^\w:.-]/g, '_')}], ${this.#placeOf(block.at)} */`,
      `private ${this.#nameOf(block)}(${lines.concat(end).some((line) => /\bctx\b/.test(withoutComment(line))) ? 'ctx' : '_ctx'}: ${type}): ${result} {`,
      ...indented([...this.#declaration(steps), ...lines, ...end]),
      '}',
    ]
  }

  /** A variable for what a called method returns, where one may return nothing. */
  #declaration(steps: readonly Step[]): string[] {
    return this.#asks(steps) ? ['let handled: Handled | undefined'] : []
  }

  #asks(steps: readonly Step[]): boolean {
    return steps.some((step) => {
      if (step.kind === 'if') return this.#asks(step.then) || this.#asks(step.otherwise)
      if (step.kind === 'select') return this.#asks(step.chosen) || this.#asks(step.none)
      return step.kind === 'call' && endsEver(step.block.steps) && !endsAlways(step.block)
    })
  }

  /** `back` is what `return` of Kamailio becomes. */
  #steps(steps: readonly Step[], back: Back): string[] {
    const lines: string[] = []
    for (const step of steps) {
      lines.push(...this.#step(step, back))
      if (leaves([step])) break
    }
    return lines
  }

  #step(step: Step, back: Back): string[] {
    switch (step.kind) {
      case 'if':
        return this.#branches(
          this.#condition(step.condition),
          step.condition,
          step.then,
          step.otherwise,
          back,
          step.at,
        )
      case 'select': {
        const lines = [`ctx.set(destinations, ${this.#select(step.selection)})`]
        const none = this.#steps(step.none, back)
        const chosen = this.#steps(step.chosen, back)
        if (none.length > 0) {
          lines.push('if (ctx.get(destinations).isEmpty) {', ...indented(none), '}')
          if (chosen.length > 0 && !leaves(step.none)) {
            lines[lines.length - 1] = '} else {'
            return [...lines, ...indented(chosen), '}']
          }
          return [...lines, ...chosen]
        }
        if (chosen.length === 0) return lines
        return [...lines, 'if (!ctx.get(destinations).isEmpty) {', ...indented(chosen), '}']
      }
      case 'reply':
        return [`return ctx.reply(${step.status})`]
      case 'progress':
        return [`ctx.progress(${step.status})`]
      case 'drop':
        return [this.#inFailure ? 'return ctx.forward()' : 'return ctx.drop()']
      case 'return':
        return returned(back)
      case 'call':
        return this.#call(step.block)
      case 'record-route':
        return ['ctx.recordRoute()']
      case 'arm':
        return [`ctx.set(failureRoute, ${literal(step.route)})`]
      case 'relay':
        return this.#relay(step, back)
      case 'mark':
        return this.#mark(step.state)
      case 'quote':
        return this.#quote(step.at, step.why)
    }
  }

  #branches(
    text: string,
    condition: Condition,
    then: readonly Step[],
    otherwise: readonly Step[],
    back: Back,
    at: Stretch,
  ): string[] {
    if ([...then, ...otherwise].every(({ kind }) => kind === 'quote')) {
      return this.#quoted([...then, ...otherwise], at)
    }
    const [first, second] = [this.#steps(then, back), this.#steps(otherwise, back)]
    if (first.length === 0 && second.length === 0) return []
    if (first.length === 0) {
      return [`if (${this.#condition(not(condition))}) {`, ...indented(second), '}']
    }
    const lines = [`if (${text}) {`, ...indented(first)]
    if (second.length === 0) return [...lines, '}']
    if (leaves(then)) return [...lines, '}', ...second]
    return [...lines, '} else {', ...indented(second), '}']
  }

  #select({ sets, limit, role }: Selection): string {
    const { edge } = this.#input
    const own = (set: string, algorithm: string): boolean =>
      edge.sets.get(set)?.algorithm === algorithm
    const options: string[] = []
    const [only] = sets
    let which: string
    if (sets.length === 1 && only !== undefined) {
      which = setLiteral(only.set)
      if (!own(only.set, only.algorithm)) options.push(`algorithm: ${literal(only.algorithm)}`)
    } else {
      const each = sets.map(({ set, algorithm }) =>
        own(set, algorithm)
          ? setLiteral(set)
          : `{ set: ${setLiteral(set)}, algorithm: ${literal(algorithm)} }`,
      )
      which = `[${each.join(', ')}]`
    }
    if (limit !== undefined) options.push(`limit: ${limit}`)
    if (role === 'domain') options.push("role: 'domain'")
    const given = options.length === 0 ? '' : `, { ${options.join(', ')} }`
    return `this.dispatcher.select(${which}, ctx${given})`
  }

  #call(block: Block): string[] {
    if (block.steps.length === 0) return []
    const call = `this.${this.#nameOf(block)}(ctx)`
    if (endsAlways(block)) return [`return ${call}`]
    if (!endsEver(block.steps)) return [call]
    return [`handled = ${call}`, 'if (handled !== undefined) return handled']
  }

  #relay({ fresh }: Extract<Step, { kind: 'relay' }>, back: Back): string[] {
    if (!fresh) return ['return ctx.relayNext()']
    if (back === 'end-failure')
      return [`return ctx.relay(ctx.get(destinations), ${this.#relayOptions()})`]
    return [
      'const found = ctx.peek(destinations)',
      `return found === undefined ? ctx.reply(404) : ctx.relay(found, ${this.#relayOptions()})`,
    ]
  }

  #relayOptions(): string {
    const { failover, ringMs } = this.#input.edge
    const ring = ringMs === undefined ? '' : `, ringMs: ${underscored(ringMs)}`
    return `{ timeoutMs: ${underscored(failover.noResponseMs)}${ring} }`
  }

  #mark(state: string): string[] {
    this.#dispatcher.add('Destination')
    return [
      'if (ctx.branch.target.origin instanceof Destination) {',
      ...indented([
        'const { setId, id } = ctx.branch.target.origin',
        `this.dispatcher.mark(setId, id, ${literal(state)}, 'marked by ds_mark_dst')`,
      ]),
      '}',
    ]
  }

  #condition(condition: Condition): string {
    switch (condition.kind) {
      case 'method':
        return condition.methods.length === 1
          ? `ctx.request.method === ${literal(condition.methods[0]!)}`
          : `${dataLiteral(condition.methods)}.includes(ctx.request.method)`
      case 'for-us':
        return 'ctx.isForUs'
      case 'has':
        return `${this.#key(condition.key)} !== undefined`
      case 'equals':
        return `${this.#key(condition.key)} === ${literal(condition.text)}`
      case 'matches':
        return `/${withSlashes(condition.pattern)}/i.test(${this.#key(condition.key)} ?? '')`
      case 'from-set':
        return `this.dispatcher.isFromSet(ctx.source${senderArguments(condition)})`
      case 'set-exists':
        return `this.dispatcher.exists(${setLiteral(condition.set)})`
      case 'set-active':
        return `this.dispatcher.isActive(${setLiteral(condition.set)})`
      case 'armed':
        return 'ctx.peek(failureRoute) !== undefined'
      case 'status':
        return statusText(condition.ranges)
      case 'silent':
        return "ctx.cause !== 'response'"
      case 'next':
        return 'ctx.peek(destinations)?.isEmpty === false'
      case 'not':
        return this.#negation(condition.of)
      case 'and':
      case 'or': {
        const sign = condition.kind === 'and' ? '&&' : '||'
        return [condition.left, condition.right]
          .map((each) => {
            const text = this.#condition(each)
            return isJoined(each) && each.kind !== condition.kind ? `(${text})` : text
          })
          .join(` ${sign} `)
      }
    }
  }

  #negation(of: Condition): string {
    const text = this.#condition(of)
    switch (of.kind) {
      case 'method':
        return of.methods.length === 1 ? text.replace('===', '!==') : `!${text}`
      case 'has':
      case 'armed':
        return text.replace('!==', '===')
      case 'equals':
        return text.replace('===', '!==')
      case 'silent':
        return "ctx.cause === 'response'"
      case 'next':
        return 'ctx.peek(destinations)?.isEmpty !== false'
      case 'status':
      case 'and':
      case 'or':
        return `!(${text})`
      default:
        return `!${text}`
    }
  }

  #key(key: string): string {
    this.#dispatcher.add('keyNamed')
    let name = this.#keys.get(key)
    if (name === undefined) {
      const plain = camel(key)
      name = `${plain.charAt(0).toLowerCase()}${plain.slice(1)}Of`
      const taken = new Set(this.#keys.values())
      for (let count = 2; taken.has(name); count++) name = `${name.replace(/\d+$/, '')}${count}`
      this.#keys.set(key, name)
    }
    return `${name}(ctx)`
  }

  #collect(steps: readonly Step[]): void {
    for (const step of steps) {
      if (step.kind === 'call') this.#add(step.block)
      else if (step.kind === 'if') this.#collect([...step.then, ...step.otherwise])
      else if (step.kind === 'select') this.#collect([...step.none, ...step.chosen])
    }
  }

  #add(block: Block): void {
    if (this.#names.has(block)) return
    this.#nameOf(block)
    if (block.steps.length > 0 || this.#isFailureRoute(block)) this.#blocks.push(block)
    this.#collect(block.steps)
  }

  /** It is one that t_on_failure names, not one that it calls. */
  #isFailureRoute(block: Block): boolean {
    return this.#input.program.failures.get(block.name) === block
  }

  #nameOf(block: Block): string {
    const known = this.#names.get(block)
    if (known !== undefined) return known
    const own = this.#isFailureRoute(block)
    const plain = `${own ? 'failure' : block.kind === 'failure' ? 'retry' : 'route'}${camel(block.name)}`
    const taken = new Set(this.#names.values())
    let name = plain
    for (let count = 2; taken.has(name); count++) name = `${plain}${count}`
    this.#names.set(block, name)
    return name
  }

  #quote(at: Stretch, why: string): string[] {
    const lines = (this.#input.files.get(at.file)?.slice(at.line - 1, at.endLine) ?? [])
      .filter((line) => line.trim() !== '')
      .map((line) => ({ depth: depthOf(line), text: redacted(line) }))
    const least = Math.min(...lines.map(({ depth }) => depth))
    return [
      `// ${this.#placeOf(at)}, not translated: ${why}`,
      ...lines.map(({ depth, text }) => `//   ${' '.repeat(Math.min(depth - least, 80))}${text}`),
    ]
  }

  /** A condition with nothing but comments in it is one. */
  #quoted(steps: readonly Step[], at: Stretch): string[] {
    const why = new Set(steps.flatMap((step) => (step.kind === 'quote' ? [step.why] : [])))
    return this.#quote(at, [...why].join('; '))
  }

  #unreached(routes: readonly RouteBlock[]): string[] {
    return routes.flatMap((route) => ['', ...this.#quote(route, 'nothing above leads to it')])
  }

  #placeOf({ file, line }: Stretch): string {
    return `${basename(file).replaceAll(/[^\w.-]/g, '_')}:${line}`
  }
}

/** What `return` of Kamailio is: of the request route, of a failure route, of a method that may end the request or not. */
type Back = 'end' | 'end-failure' | 'return' | 'leave'

function returned(back: Back): string[] {
  switch (back) {
    case 'end':
      return ['return ctx.drop()']
    case 'end-failure':
      return ['return ctx.forward()']
    case 'return':
      return ['return undefined']
    case 'leave':
      return ['return']
  }
}

function endOf(steps: readonly Step[], why: string): string[] {
  return always(steps) || leaves(steps) ? [] : [`// ${why}`, 'return ctx.reply(404)']
}

function isJoined({ kind }: Condition): boolean {
  return kind === 'and' || kind === 'or'
}

function setLiteral(set: string): string {
  return /^(?:0|[1-9]\d{0,8})$/.test(set) ? set : literal(set)
}

/** How far in a line is; a tab counts as two. */
function depthOf(line: string): number {
  const space = /^[ \t]*/.exec(line)?.[0] ?? ''
  return space.replaceAll('\t', '  ').length
}

/** A slash would end the literal; one that is escaped already does not. */
function withSlashes(pattern: string): string {
  return pattern.replaceAll(/\\.|\//g, (part) => (part === '/' ? '\\/' : part))
}

function underscored(ms: number): string {
  return String(ms).replaceAll(/\B(?=(?:\d{3})+$)/g, '_')
}

function withoutComment(line: string): string {
  return line.trimStart().startsWith('//') ? '' : line
}

function statusText(ranges: readonly (readonly [number, number])[]): string {
  const parts = ranges.map(([from, to]) =>
    from === to
      ? `ctx.response.status === ${from}`
      : `(ctx.response.status >= ${from} && ctx.response.status <= ${to})`,
  )
  if (parts.length === 0) return 'false'
  return parts.length === 1 ? parts[0]! : `(${parts.join(' || ')})`
}

/** Kamailio's bits: 1 any port, 2 any protocol, 4 active ones, 8 by the socket, 16 the best match. */
function senderArguments({
  set,
  mode,
}: {
  readonly set: string | undefined
  readonly mode: number
}): string {
  const options = {
    ...((mode & 1) !== 0 && { port: false }),
    ...((mode & 2) === 0 && { transport: true }),
    ...((mode & 4) !== 0 && { active: true }),
    ...((mode & 8) !== 0 && { socket: true }),
    ...((mode & 16) !== 0 && { best: true }),
  }
  const given = Object.keys(options).length === 0 ? '' : `, ${dataLiteral(options)}`
  const which = set === undefined ? (given === '' ? '' : ', undefined') : `, ${setLiteral(set)}`
  return which + given
}
