/** The route class of routes.ts: a method for each route of Kamailio, line by line. */
import { type Stretch } from '../kamailio/script.js'
import { type Edge } from '../edge/edge.js'
import { ConditionText } from './condition-text.js'
import { not } from './conditions.js'
import { type Program } from './program.js'
import { placeOf, quoted, type SourceLines } from './quotes.js'
import { camel, indented, literal, setLiteral } from './source-text.js'
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

export interface ClassInput {
  readonly program: Program
  readonly edge: Edge
  readonly files: SourceLines
}

export class ClassText {
  readonly #input: ClassInput
  readonly #conditions = new ConditionText()
  readonly #names = new Map<Block, string>()
  readonly #blocks: Block[] = []
  /** The method that is written now is one of a failure. */
  #inFailure = false

  constructor(input: ClassInput) {
    this.#input = input
  }

  /** By key, the name of the constant that finds it; complete when `lines` has been asked. */
  get keys(): ReadonlyMap<string, string> {
    return this.#conditions.keys
  }

  /** The whole class. */
  lines(): string[] {
    const { request, failures } = this.#input.program
    if (request !== undefined) this.#collect(request.steps)
    for (const failure of failures.values()) this.#add(failure)
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
    return [
      '@Routes()',
      'export class KamailioRoutes {',
      ...indented([...constructor, ...members]),
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
      `/** request_route, ${placeOf(request.at)} */`,
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
      `/** ${before}[${name.replaceAll(/[^\w:.-]/g, '_')}], ${placeOf(block.at)} */`,
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
          this.#conditions.of(step.condition),
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
        return quoted(this.#input.files, step.at, step.why)
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
      return this.#quoteAll([...then, ...otherwise], at)
    }
    const [first, second] = [this.#steps(then, back), this.#steps(otherwise, back)]
    if (first.length === 0 && second.length === 0) return []
    if (first.length === 0) {
      return [`if (${this.#conditions.of(not(condition))}) {`, ...indented(second), '}']
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
    return [
      'if (ctx.branch.target.origin instanceof Destination) {',
      ...indented([
        'const { setId, id } = ctx.branch.target.origin',
        `this.dispatcher.mark(setId, id, ${literal(state)}, 'marked by ds_mark_dst')`,
      ]),
      '}',
    ]
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

  /** A condition with nothing but comments in it is one. */
  #quoteAll(steps: readonly Step[], at: Stretch): string[] {
    const why = new Set(steps.flatMap((step) => (step.kind === 'quote' ? [step.why] : [])))
    return quoted(this.#input.files, at, [...why].join('; '))
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

function underscored(ms: number): string {
  return String(ms).replaceAll(/\B(?=(?:\d{3})+$)/g, '_')
}

function withoutComment(line: string): string {
  return line.trimStart().startsWith('//') ? '' : line
}
