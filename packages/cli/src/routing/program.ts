/**
 * The request route and the failure routes of a kamailio.cfg, as steps; each statement is judged on the way. What is not
 * understood becomes a comment, never a guess: a condition that is not understood takes its whole block with it.
 */
import { type Cfg, type RouteBlock } from '../kamailio/cfg.js'
import { algorithmOf } from '../kamailio/algorithms.js'
import { callsIn, textOfArgument, type Expression, type Statement } from '../kamailio/script.js'
import { Report } from '../report/report.js'
import { meaningOf, type Meaning, type Mode } from './conditions.js'
import { judgeDialog } from './dialog.js'
import { adviceOnFunction, isRelay, judgeFunction, relayIn } from './functions.js'
import { headOf, judgeCondition, judgeUnreached, sayOf, whyOf } from './judgements.js'
import { isSelect, selectionOf } from './selections.js'
import { StatementRows } from './statement-rows.js'
import { type Block, leaves, type Selection, type Step } from './step.js'

/** What Kamailio's routes are here. */
export interface Program {
  /** Undefined: the file has no request route. */
  readonly request: Block | undefined
  /** By name; those that something arms. */
  readonly failures: ReadonlyMap<string, Block>
  /** Routes that nothing translated leads to. */
  readonly unreached: readonly RouteBlock[]
}

export interface ProgramOptions {
  /** Kamailio's `flags` has bit 2: there is failover. */
  readonly failover: boolean
  /** Destinations stay in a database. */
  readonly live: boolean
}

/** Reads what the routes do. */
export function programOf(cfg: Cfg, options: ProgramOptions, report: Report): Program {
  return new Translator(cfg, options, report).program()
}

/** Failure routes that go on to a further destination, whatever arms them; nothing is reported. */
export function retryingFailures(cfg: Cfg, options: ProgramOptions): readonly Block[] {
  return new Translator(cfg, options, new Report()).retrying()
}

/** Where control goes next, within one block. */
interface Scope {
  readonly mode: Mode
  /** Kamailio's names of the routes around, to see recursion. */
  readonly around: readonly string[]
}

/** Routes that call routes that call routes: Kamailio's own bound is near. */
const maxCalls = 100

const builtInAnswer = 'the reason phrase is the standard one'

class Translator {
  readonly #cfg: Cfg
  readonly #options: ProgramOptions
  readonly #report: Report
  readonly #rows: StatementRows
  readonly #routes = new Map<string, RouteBlock>()
  readonly #blocks = new Map<string, Block>()
  readonly #failures = new Map<string, Block>()
  readonly #reached = new Set<RouteBlock>()
  /** The failure route that is read now has selected anew. */
  #fresh = false

  constructor(cfg: Cfg, options: ProgramOptions, report: Report) {
    this.#cfg = cfg
    this.#options = options
    this.#report = report
    this.#rows = new StatementRows(cfg, report)
    for (const route of cfg.routes) {
      const key = `${route.kind} ${route.name}`
      if (!this.#routes.has(key)) this.#routes.set(key, route)
    }
  }

  program(): Program {
    const main = this.#routes.get('request_route ')
    const request = main === undefined ? undefined : this.#block(main, 'request', [])
    const unreached = this.#cfg.routes.filter((route) => !this.#reached.has(route))
    for (const route of unreached) this.#judgeUnreached(route)
    return { request, failures: this.#failures, unreached }
  }

  retrying(): readonly Block[] {
    return this.#cfg.routes
      .filter(({ kind, statements }) => {
        const calls = [...callsIn(statements)]
        return (
          kind === 'failure_route' && calls.some(({ name }) => /^ds_(?:next|select)/.test(name))
        )
      })
      .map((route) => this.#block(route, 'failure', []))
  }

  #block(route: RouteBlock, mode: Mode, around: readonly string[]): Block {
    const key = `${mode} ${route.kind} ${route.name}`
    const known = this.#blocks.get(key)
    if (known !== undefined) return known
    if (!this.#reached.has(route)) {
      this.#reached.add(route)
      const head = { file: route.file, line: route.line, endLine: route.line }
      const note = route.kind === 'request_route' ? '`route` in lb.yaml, and ' : ''
      this.#report.add(head, headOf(route), 'translated', `${note}a method in routes.ts`)
    }
    const scope = { mode, around: [...around, key] }
    const block: Block = {
      name: route.name,
      kind: mode,
      at: route,
      steps: withoutReturn(this.#steps(route.statements, scope)),
    }
    this.#blocks.set(key, block)
    return block
  }

  #steps(statements: readonly Statement[], scope: Scope): Step[] {
    const steps: Step[] = []
    for (let index = 0; index < statements.length; index++) {
      const statement = statements[index]!
      if (statement.kind === 'if') {
        const meaning = meaningOf(statement.condition, scope.mode)
        if (meaning.kind === 'constant' && meaning.value && meaning.dialog) {
          // Nothing outside a dialog comes past it, if it leaves.
          this.#rows.add(statement, 'translated', meaning.why, statement.headLine)
          const then = this.#steps(statement.then, scope)
          if (statement.otherwise.length > 0) judgeDialog(statement.otherwise, this.#rows)
          steps.push(...then)
          if (leaves(then)) {
            judgeDialog(statements.slice(index + 1), this.#rows)
            return steps
          }
          continue
        }
      }
      const done = this.#statement(statement, statements[index + 1], scope)
      steps.push(...done)
      if (leaves(done)) {
        this.#judgeBehind(statements.slice(index + 1), steps)
        return steps
      }
    }
    return steps
  }

  #statement(statement: Statement, next: Statement | undefined, scope: Scope): Step[] {
    switch (statement.kind) {
      case 'if':
        return this.#if(statement, scope)
      case 'call':
        return this.#call(statement, next, scope)
      case 'leave':
        return this.#leave(statement)
      case 'other':
        return this.#quote(statement, whyOf(statement.text))
    }
  }

  #if(statement: Extract<Statement, { kind: 'if' }>, scope: Scope): Step[] {
    const select = this.#selectIn(statement.condition)
    if (select !== undefined) return this.#select(statement, select, scope)
    const relay = relayIn(statement.condition)
    if (relay !== undefined) {
      this.#rows.add(statement, 'translated', 'what cannot be sent is answered by itself')
      return this.#relay(statement, scope)
    }
    const meaning = meaningOf(statement.condition, scope.mode)
    if (meaning.kind === 'unknown') return this.#quote(statement, meaning.why)
    if (meaning.kind === 'constant') return this.#decided(statement, meaning, scope)
    const { condition } = meaning
    this.#rows.add(statement, ...judgeCondition(statement.condition), statement.headLine)
    const then = this.#steps(statement.then, scope)
    const otherwise = this.#steps(statement.otherwise, scope)
    if (then.length === 0 && otherwise.length === 0) return []
    return [{ kind: 'if', condition, then, otherwise, at: statement }]
  }

  #decided(
    statement: Extract<Statement, { kind: 'if' }>,
    { value, why, dialog }: Extract<Meaning, { kind: 'constant' }>,
    scope: Scope,
  ): Step[] {
    const [taken, left] = value
      ? [statement.then, statement.otherwise]
      : [statement.otherwise, statement.then]
    if (taken.length === 0 && !dialog) {
      this.#rows.add(statement, 'translated', why)
      return []
    }
    this.#rows.add(statement, 'translated', why, statement.headLine)
    if (dialog) judgeDialog(left, this.#rows)
    else for (const each of left) this.#rows.add(each, 'translated', `never reached here: ${why}`)
    return this.#steps(taken, scope)
  }

  #select(
    statement: Extract<Statement, { kind: 'if' }>,
    { call, negated }: FoundSelect,
    scope: Scope,
  ): Step[] {
    const selection = this.#selection(statement, call, statement.headLine)
    if (selection === undefined) {
      return this.#quote(statement, adviceOnFunction(call.name))
    }
    if (scope.mode === 'failure') this.#fresh = true
    const [whenNone, whenChosen] = negated
      ? [statement.then, statement.otherwise]
      : [statement.otherwise, statement.then]
    const none = this.#steps(whenNone, scope)
    const chosen = this.#steps(whenChosen, scope)
    return [{ kind: 'select', selection, chosen, none, at: statement }]
  }

  #selection(
    statement: Statement,
    { name, args }: CallExpression,
    endLine = statement.endLine,
  ): Selection | undefined {
    const read = selectionOf(name, args, this.#options.live)
    if (read === undefined) return undefined
    const { selection, numbers } = read
    const said = numbers.map((number, index) => sayOf(number, selection.sets[index]!.algorithm))
    const approximated = numbers.some((number) => algorithmOf(number)?.hash !== false)
    const role = selection.role === 'domain' ? ['the Request-URI takes the destination’s host'] : []
    const notes = [...new Set(said), ...role]
    this.#rows.add(
      statement,
      approximated ? 'approximated' : 'translated',
      notes.join('; '),
      endLine,
    )
    const limit = this.#options.failover ? selection.limit : 1
    return { ...selection, limit }
  }

  #call(
    statement: Extract<Statement, { kind: 'call' }>,
    next: Statement | undefined,
    scope: Scope,
  ): Step[] {
    const { name, args } = statement
    const first = args[0] === undefined ? undefined : textOfArgument(args[0])
    if (name === 'route') return this.#route(statement, first, scope)
    if (isSelect(name)) {
      const selection = this.#selection(statement, statement)
      if (selection === undefined) return this.#quote(statement, adviceOnFunction(name))
      if (scope.mode === 'failure') this.#fresh = true
      return [{ kind: 'select', selection, chosen: [], none: [], at: statement }]
    }
    if (isRelay(name)) {
      const note = 'goes to the selected destination; without one it is refused with 404'
      this.#rows.add(statement, 'translated', note)
      return this.#relay(statement, scope)
    }
    switch (name) {
      case 'sl_send_reply':
      case 'send_reply':
      case 't_reply':
      case 'sl_reply':
        return this.#reply(statement, first, next)
      case 'record_route':
        if (scope.mode === 'failure') break
        this.#rows.add(statement, 'translated', 'lb.yaml does so for INVITE, SUBSCRIBE and REFER')
        return [{ kind: 'record-route', at: statement }]
      case 't_on_failure':
        return this.#arm(statement, first)
      case 'ds_mark_dst':
        return this.#mark(statement, first)
      default:
    }
    const known = judgeFunction(name, first)
    if (known === undefined) return this.#quote(statement, adviceOnFunction(name))
    this.#rows.add(statement, known.verdict, known.note)
    return []
  }

  #route(statement: Statement, name: string | undefined, scope: Scope): Step[] {
    const route = this.#routes.get(`route ${name ?? ''}`)
    if (route === undefined) return this.#quote(statement, 'there is no such route')
    const key = `${scope.mode} route ${name ?? ''}`
    if (scope.around.includes(key)) return this.#quote(statement, 'a route that calls itself')
    if (scope.around.length > maxCalls) return this.#quote(statement, 'routes within routes')
    const block = this.#block(route, scope.mode, scope.around)
    const quotes = block.steps.every(({ kind }) => kind === 'quote')
    if (block.steps.length === 0)
      this.#rows.add(statement, 'translated', 'what it does is built in')
    else if (quotes) this.#rows.add(statement, 'not translated', 'nothing of that route was')
    else this.#rows.add(statement, 'translated', 'calls its method')
    return [{ kind: 'call', block, at: statement }]
  }

  #relay(at: Statement, scope: Scope): Step[] {
    return [{ kind: 'relay', fresh: scope.mode === 'request' || this.#fresh, at }]
  }

  #reply(statement: Statement, code: string | undefined, next: Statement | undefined): Step[] {
    const status = /^[1-6]\d\d$/.test(code ?? '') ? Number(code) : undefined
    if (status === undefined)
      return this.#quote(statement, 'its status is known only when a call comes')
    if (status < 200) {
      this.#rows.add(statement, 'translated', builtInAnswer)
      return [{ kind: 'progress', status, at: statement }]
    }
    const ends = next?.kind === 'leave' && next.word !== 'return' && next.word !== 'break'
    if (ends || next === undefined || next.kind === 'leave') {
      this.#rows.add(statement, 'translated', builtInAnswer)
    } else {
      const note = `${builtInAnswer}; the request ends here, what follows is not done`
      this.#rows.add(statement, 'approximated', note)
    }
    return [{ kind: 'reply', status, at: statement }]
  }

  #arm(statement: Statement, name: string | undefined): Step[] {
    const route = this.#routes.get(`failure_route ${name ?? ''}`)
    if (route === undefined || name === undefined) {
      return this.#quote(statement, 'there is no such failure route')
    }
    this.#rows.add(statement, 'translated', 'the failure handler is asked')
    if (!this.#failures.has(name)) {
      // It may arm itself: its name is known before it is read.
      this.#failures.set(name, { name, kind: 'failure', at: route, steps: [] })
      const fresh = this.#fresh
      this.#fresh = false
      this.#failures.set(name, this.#block(route, 'failure', []))
      this.#fresh = fresh
    }
    return [{ kind: 'arm', route: name, at: statement }]
  }

  #mark(statement: Statement, state = 'i'): Step[] {
    const named = states.get(state.toLowerCase().charAt(0))
    if (named === undefined) return this.#quote(statement, adviceOnFunction('ds_mark_addr'))
    const note = 'marks the destination that failed; who is probed stays as `probe.mode` says'
    this.#rows.add(
      statement,
      state.toLowerCase().includes('p') ? 'approximated' : 'translated',
      note,
    )
    return [{ kind: 'mark', state: named, at: statement }]
  }

  #leave(statement: Extract<Statement, { kind: 'leave' }>): Step[] {
    const { word } = statement
    if (word === 'return' || word === 'break') {
      this.#rows.leaving(statement, 'ends this route')
      return [{ kind: 'return', at: statement }]
    }
    this.#rows.leaving(statement, 'the request ends without an answer')
    return [{ kind: 'drop', at: statement }]
  }

  #quote(statement: Statement, why: string): Step[] {
    this.#rows.add(statement, 'not translated', why)
    return [{ kind: 'quote', why, at: statement }]
  }

  /** What stands behind an answer. */
  #judgeBehind(rest: readonly Statement[], steps: readonly Step[]): void {
    const answered = steps.at(-1)?.kind !== 'return'
    for (const statement of rest) {
      if (statement.kind === 'leave') {
        this.#rows.leaving(statement, answered ? 'the request has been answered' : 'never reached')
      } else {
        this.#rows.add(
          statement,
          'not translated',
          'never reached: the request has ended before it',
        )
      }
    }
  }

  #judgeUnreached(route: RouteBlock): void {
    const [verdict, note] = judgeUnreached(route)
    this.#report.add(route, headOf(route), verdict, note)
  }

  #selectIn(condition: Expression): FoundSelect | undefined {
    const inner = condition.kind === 'not' ? condition.of : condition
    if (inner.kind !== 'call' || !isSelect(inner.name)) return undefined
    return { call: inner, negated: condition.kind === 'not' }
  }
}

type CallExpression = Extract<Expression, { kind: 'call' }> | Extract<Statement, { kind: 'call' }>

interface FoundSelect {
  readonly call: CallExpression
  readonly negated: boolean
}

const states: ReadonlyMap<string, 'active' | 'trying' | 'inactive' | 'disabled'> = new Map([
  ['a', 'active'],
  ['t', 'trying'],
  ['i', 'inactive'],
  ['d', 'disabled'],
  ['p', 'inactive'],
])

/** A block returns at its end anyhow. */
function withoutReturn(steps: readonly Step[]): readonly Step[] {
  return steps.at(-1)?.kind === 'return' ? steps.slice(0, -1) : steps
}
