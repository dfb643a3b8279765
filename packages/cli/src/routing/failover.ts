/** When the next destination is tried: failure routes, walked once for each kind of failure. */
import { type Edge, type Trigger } from '../edge/edge.js'
import { type Block, type Condition, type Step } from './step.js'

/** Steps taken at most for one failure. */
const maxSteps = 100_000

/** What makes the next destination be tried, by these failure routes. */
export function applyFailover(routes: readonly Block[], edge: Edge): void {
  const marks = new Set<number>()
  const tries = (failure: Failure): boolean =>
    routes.some(({ steps }) => {
      const seen = { marked: false, steps: 0 }
      const result = failureWalk(steps, failure, seen)
      if (seen.marked) marks.add(failure.silent ? 0 : failure.status)
      return result === 'next'
    })
  const silent = tries({ status: 408, silent: true })
  const statuses = Array.from({ length: 100 }, (_, index) => 500 + index)
  const tried = statuses.filter((status) => tries({ status, silent: false }))
  const received: Trigger[] = tries({ status: 408, silent: false }) ? [408] : []
  const servers: Trigger[] =
    tried.length === statuses.length
      ? ['5xx']
      : ([500, 502, 503, 504] as const).filter((status) => tried.includes(status))
  edge.failover.on = [
    ...received,
    ...servers,
    ...(silent ? (['transport-error', 'no-response'] as const) : []),
  ]
  if (edge.failover.on.length === 0) edge.failover.maxAttempts = 1
  if (marks.size > 0) {
    edge.ejection = { consecutive: 1, statuses: [...marks].filter((status) => status >= 500) }
  }
}

/** What of a failure can be told apart. */
interface Failure {
  readonly status: number
  readonly silent: boolean
}

interface Seen {
  marked: boolean
  steps: number
}

/** What a failure route comes to: the next destination, another end, or nothing. */
function failureWalk(
  steps: readonly Step[],
  failure: Failure,
  seen: Seen,
): 'next' | 'end' | 'return' | 'on' {
  for (const step of steps) {
    if (++seen.steps > maxSteps) return 'end'
    const result = failureStep(step, failure, seen)
    if (result !== 'on') return result
  }
  return 'on'
}

function failureStep(step: Step, failure: Failure, seen: Seen): 'next' | 'end' | 'return' | 'on' {
  switch (step.kind) {
    case 'if':
      return failureWalk(
        meets(step.condition, failure) === true ? step.then : step.otherwise,
        failure,
        seen,
      )
    case 'select':
      return failureWalk(step.chosen, failure, seen)
    case 'call': {
      const result = failureWalk(step.block.steps, failure, seen)
      return result === 'return' ? 'on' : result
    }
    case 'relay':
      return 'next'
    case 'reply':
    case 'drop':
      return 'end'
    case 'return':
      return 'return'
    case 'mark':
      seen.marked = true
      return 'on'
    default:
      return 'on'
  }
}

function meets(condition: Condition, failure: Failure): boolean | undefined {
  switch (condition.kind) {
    case 'status':
      return condition.ranges.some(([from, to]) => from <= failure.status && failure.status <= to)
    case 'silent':
      return failure.silent
    case 'next':
      return true
    case 'method':
      return condition.methods.includes('INVITE')
    case 'not': {
      const inner = meets(condition.of, failure)
      return inner === undefined ? undefined : !inner
    }
    case 'and':
    case 'or': {
      const decides = condition.kind === 'or'
      const [left, right] = [meets(condition.left, failure), meets(condition.right, failure)]
      if (left === decides || right === decides) return decides
      return left === undefined || right === undefined ? undefined : !decides
    }
    default:
      return undefined
  }
}
