/**
 * What of the routes a configuration file can say: which set serves which method and user, what makes the next destination be
 * tried, what is answered when there is none. Found by walking the steps once for each method and each kind of failure; a
 * condition that lb.yaml has no word for is taken as not met, and reported where it stands.
 */
import { type Edge, type EdgeRule } from '../edge/edge.js'
import { type Report } from '../report/report.js'
import { applyFailover } from './failover.js'
import { globOf } from './pattern.js'
import { type Program } from './program.js'
import { type Condition, type Selection, type Step } from './step.js'

/** Methods that may come outside a dialog. RFC 3261 and those that extend it. */
const knownMethods = [
  ...['INVITE', 'OPTIONS', 'REGISTER', 'SUBSCRIBE', 'PUBLISH', 'MESSAGE'],
  ...['NOTIFY', 'INFO', 'REFER', 'UPDATE', 'PRACK', 'BYE'],
]
/** Stands for every method that has no name here. */
const anyMethod = '*'

/** Writes what the program says into the edge. Returns the conditions that lb.yaml has no word for. */
export function applyRules(program: Program, edge: Edge, report: Report): readonly Step['at'][] {
  if (program.request === undefined) return []
  const walk = new Walk(report)
  const served = new Map<string, readonly Served[]>()
  for (const method of [...knownMethods, anyMethod]) {
    served.set(method, walk.request(program.request.steps, method))
  }
  edge.route = rulesOf(served)
  if (edge.route.length > 0 && edge.route.every(({ methods }) => methods !== undefined)) {
    const note = 'lb.yaml refuses with 404 every method that its rules do not name'
    report.weaken(program.request.at, note)
  }
  const all = [...served.values()].flat()
  const limits = new Set(all.map(({ selection }) => selection.limit))
  edge.failover.maxAttempts = limits.size === 0 ? 1 : Math.max(...[...limits].map(attempts))
  applyDefault(walk, edge, report)
  const armed = new Set(all.map((each) => each.armed))
  const routes = [...armed].map((name) => program.failures.get(name ?? ''))
  applyFailover(
    routes.filter((block) => block !== undefined),
    edge,
  )
  if (armed.size > 1) {
    report.weaken(
      program.request.at,
      'lb.yaml goes on to further destinations alike for all requests',
    )
  }
  return [...walk.ignored]
}

/** Where a request goes. */
interface Served {
  readonly user: string | undefined
  readonly selection: Selection
  readonly armed: string | undefined
  readonly at: Step['at']
}

interface State {
  readonly method: string
  readonly user: string | undefined
  readonly selection: Selection | undefined
  readonly armed: string | undefined
  readonly at: Step['at'] | undefined
}

type Next = (state: State) => Served[]

/** Steps taken at most: routes that call routes that call routes. */
const maxSteps = 100_000
/** Of branches one behind the other. */
const maxDepth = 500

type IfStep = Extract<Step, { kind: 'if' }>

class Walk {
  /** Statuses that are answered where no destination is usable. */
  readonly none: { readonly status: number; readonly at: Step['at'] }[] = []
  /** Conditions that lb.yaml has no word for. */
  readonly ignored = new Set<Step['at']>()
  readonly #report: Report
  #steps = 0
  #depth = 0

  constructor(report: Report) {
    this.#report = report
  }

  request(steps: readonly Step[], method: string): readonly Served[] {
    const end: Next = () => []
    const state = { method, user: undefined, selection: undefined, armed: undefined, at: undefined }
    return this.#walk(steps, 0, state, end, end)
  }

  /** `next` goes on behind the steps, `back` leaves their block. */
  #walk(steps: readonly Step[], from: number, state: State, next: Next, back: Next): Served[] {
    let at = from
    while (this.#passes(steps[at], state)) at++
    const step = steps[at]
    if (step === undefined) return next(state)
    if (++this.#steps > maxSteps || this.#depth > maxDepth) return []
    this.#depth++
    const found = this.#take(step, steps, at, state, next, back)
    this.#depth--
    return found
  }

  #take(
    step: Step,
    steps: readonly Step[],
    from: number,
    state: State,
    next: Next,
    back: Next,
  ): Served[] {
    const after: Next = (then) => this.#walk(steps, from + 1, then, next, back)
    switch (step.kind) {
      case 'if':
        return this.#if(step, state, after, back)
      case 'select': {
        const [first] = step.selection.sets
        this.#noDestination(step)
        if (step.selection.sets.length > 1) {
          const others = step.selection.sets.slice(1).map(({ set }) => set)
          this.#report.weaken(
            step.at,
            `lb.yaml knows set ${first!.set} only, not ${others.join(', ')}`,
          )
        }
        if (step.selection.role === 'domain') {
          this.#report.weaken(step.at, 'lb.yaml leaves the Request-URI as it came')
        }
        return this.#walk(
          step.chosen,
          0,
          { ...state, selection: step.selection, at: step.at },
          after,
          back,
        )
      }
      case 'call':
        return this.#walk(step.block.steps, 0, state, after, after)
      case 'arm':
        return after({ ...state, armed: step.route })
      case 'relay': {
        const { user, selection, armed, at } = state
        return selection === undefined ? [] : [{ user, selection, armed, at: at ?? step.at }]
      }
      case 'reply':
        this.#refused(step, state)
        return []
      case 'drop':
        return []
      case 'return':
        return back(state)
      default:
        return after(state)
    }
  }

  /** Whether nothing of the step says where a request goes. */
  #passes(step: Step | undefined, state: State): boolean {
    switch (step?.kind) {
      case 'quote':
      case 'progress':
      case 'record-route':
      case 'mark':
        return true
      case 'if':
        if (state.user === undefined && userGlob(step.condition) !== undefined) return false
        return this.#taken(step, state).length === 0
      default:
        return false
    }
  }

  /** What is done where the condition is not one on the user. */
  #taken({ condition, then, otherwise, at }: IfStep, state: State): readonly Step[] {
    const met = holds(condition, state)
    if (met === undefined) {
      this.ignored.add(at)
      this.#report.weaken(at, 'lb.yaml has no such condition and takes it as not met')
    }
    return met === true ? then : otherwise
  }

  #if(step: IfStep, state: State, after: Next, back: Next): Served[] {
    const taken = (steps: readonly Step[], then: State): Served[] =>
      this.#walk(steps, 0, then, after, back)
    const { condition } = step
    const glob = userGlob(condition)
    if (glob !== undefined && state.user === undefined) {
      const { user, negated } = glob
      const [there, elsewhere] = negated ? [step.otherwise, step.then] : [step.then, step.otherwise]
      return [...taken(there, { ...state, user }), ...taken(elsewhere, state)]
    }
    return taken(this.#taken(step, state), state)
  }

  /** lb.yaml answers 404 to what no rule matches, and knows no other refusal. */
  #refused(step: Extract<Step, { kind: 'reply' }>, { method, user }: State): void {
    if (user !== undefined) {
      this.#report.weaken(step.at, `lb.yaml cannot refuse users such as ${user}`)
    } else if (step.status !== 404 && !(step.status === 200 && method === 'OPTIONS')) {
      this.#report.weaken(step.at, 'lb.yaml answers 404')
    }
  }

  #noDestination(step: Extract<Step, { kind: 'select' }>): void {
    const reply = firstReply(step.none)
    if (reply !== undefined) this.none.push({ status: reply, at: step.at })
    if (step.none.some(({ kind }) => kind === 'select')) {
      this.#report.weaken(step.at, 'lb.yaml goes on to no other set')
    }
  }
}

function firstReply(steps: readonly Step[]): number | undefined {
  for (const step of steps) {
    if (step.kind === 'reply') return step.status
    if (step.kind === 'call') return firstReply(step.block.steps)
  }
  return undefined
}

function applyDefault({ none }: Walk, edge: Edge, report: Report): void {
  const [first] = none
  if (first === undefined) return
  if (first.status >= 400) edge.failover.noDestination = first.status
  for (const { status, at } of none) {
    if (status !== edge.failover.noDestination) {
      report.weaken(at, `lb.yaml has one answer for all: ${edge.failover.noDestination}`)
    }
  }
}

/** Kamailio's 0 is any number; the file has a bound. */
function attempts(limit: number | undefined): number {
  return Math.min(limit ?? 100, 100)
}

/** Whether it holds whatever the request is like; undefined: lb.yaml has no word for it. */
function holds(condition: Condition, state: State): boolean | undefined {
  switch (condition.kind) {
    case 'method':
      return condition.methods.includes(state.method)
    case 'not': {
      const inner = holds(condition.of, state)
      return inner === undefined ? undefined : !inner
    }
    case 'and':
    case 'or': {
      const decides = condition.kind === 'or'
      const [left, right] = [holds(condition.left, state), holds(condition.right, state)]
      if (left === decides || right === decides) return decides
      return left === undefined || right === undefined ? undefined : !decides
    }
    case 'armed':
      return state.armed !== undefined
    default:
      return undefined
  }
}

/** A condition on the user alone, as a rule says it. */
function userGlob(
  condition: Condition,
): { readonly user: string; readonly negated: boolean } | undefined {
  if (condition.kind === 'not') {
    const inner = userGlob(condition.of)
    return inner === undefined ? undefined : { ...inner, negated: !inner.negated }
  }
  if (
    condition.kind === 'equals' &&
    condition.key === 'ruri.user' &&
    !condition.text.includes('*')
  ) {
    return { user: condition.text, negated: false }
  }
  if (condition.kind !== 'matches' || condition.key !== 'ruri.user') return undefined
  const user = globOf(condition.pattern)
  return user === undefined ? undefined : { user, negated: false }
}

/** Methods that are served alike share their rules. */
function rulesOf(served: ReadonlyMap<string, readonly Served[]>): EdgeRule[] {
  const groups = new Map<
    string,
    { readonly methods: string[]; readonly rules: readonly Served[] }
  >()
  for (const [method, rules] of served) {
    const key = JSON.stringify(rules.map(({ user, selection }) => [user, selection.sets[0]!.set]))
    const group = groups.get(key) ?? { methods: [], rules }
    group.methods.push(method)
    groups.set(key, group)
  }
  const rules: EdgeRule[] = []
  // Named methods go first, so that `*` is left with the others.
  const ordered = [...groups.values()].toSorted(
    (a, b) => Number(a.methods.includes(anyMethod)) - Number(b.methods.includes(anyMethod)),
  )
  // What a named method's rules leave over must not fall through to the rules of all others.
  const refused = ordered.some(
    ({ methods, rules: own }) =>
      !methods.includes(anyMethod) && own.every(({ user }) => user !== undefined),
  )
  for (const group of ordered) {
    const open = group.methods.includes(anyMethod)
    const methods = open
      ? refused
        ? group.methods.filter((each) => each !== anyMethod)
        : undefined
      : group.methods
    for (const { user, selection } of group.rules) {
      rules.push({ methods, user, set: selection.sets[0]!.set })
    }
  }
  return rules
}
