/** All route classes of an app as one flat table: method → steps and bound handlers. Built once. */
import { SipError } from '../errors.js'
import {
  type BranchContext,
  type CancelContext,
  type FailureContext,
  type RequestContext,
  type ResponseContext,
} from '../plugin/context.js'
import { type Handled, type MaybeHandled } from '../plugin/handled.js'
import { type Middleware, type MiddlewareFunction } from '../plugin/middleware.js'
import { type RequestHandler } from '../plugin/pipeline.js'
import { type Container } from './container.js'
import { type HandlerKind, isRouteClass, registrationsOf, stepsOf } from './decorators.js'

export type RouteClass = new (...args: never[]) => object

/** One line of the table: who handles a method, and who is asked later about what it relayed. */
export interface Route {
  /** `LoadBalancer.invite` */
  readonly name: string
  readonly stepNames: readonly string[]
  readonly steps: readonly MiddlewareFunction[]
  readonly handler: RequestHandler
  readonly failure: ((ctx: FailureContext) => Handled | Promise<Handled>) | undefined
  readonly response: ((ctx: ResponseContext) => void) | undefined
  readonly branch: ((ctx: BranchContext) => void) | undefined
  readonly cancel: ((ctx: CancelContext) => void) | undefined
}

export type DialogHandler = (ctx: RequestContext) => MaybeHandled | Promise<MaybeHandled>

/** A handler as the class holds it, before its kind says what it takes. */
type AnyHandler = (ctx: never) => unknown

export class RouteTable {
  readonly #requests = new Map<string, Route>()
  readonly #dialogRequests = new Map<string, DialogHandler>()

  /** Throws SIPW_ERR_NOT_ROUTES, SIPW_ERR_DUPLICATE_ROUTE, SIPW_ERR_METHOD_RESERVED, and what the container throws. */
  constructor(classes: readonly RouteClass[], container: Container) {
    for (const type of classes) this.#add(type, container)
  }

  /** Who handles a request outside a dialog. */
  find(method: string): Route | undefined {
    return this.#requests.get(method) ?? this.#requests.get('*')
  }

  /** Who wants to see a request inside a dialog. */
  findInDialog(method: string): DialogHandler | undefined {
    return this.#dialogRequests.get(method) ?? this.#dialogRequests.get('*')
  }

  /** `INVITE → allowFrom → LoadBalancer.invite`, one line per method. */
  describe(): readonly string[] {
    return [...this.#requests].map(([method, { name, stepNames }]) =>
      [method, ...stepNames, name].join(' → '),
    )
  }

  #add(type: RouteClass, container: Container): void {
    if (!isRouteClass(type)) throw new SipError('SIPW_ERR_NOT_ROUTES', [type.name])
    const instance = container.construct(type)
    const handlers = boundHandlers(type, instance)
    const classSteps = stepsOf(type)
    for (const [method, { bound, property }] of handlers.request) {
      if (method === 'ACK' || method === 'CANCEL') {
        throw new SipError('SIPW_ERR_METHOD_RESERVED', [`${type.name}.${property}`, method])
      }
      const taken = this.#requests.get(method)
      if (taken !== undefined) {
        throw new SipError('SIPW_ERR_DUPLICATE_ROUTE', [
          method,
          taken.name,
          `${type.name}.${property}`,
        ])
      }
      const steps = [...classSteps, ...stepsOf(type.prototype as object, property)]
      const later = <Handler>(kind: HandlerKind): Handler | undefined =>
        (handlers[kind].get(method) ?? handlers[kind].get('*'))?.bound as Handler | undefined
      this.#requests.set(method, {
        name: `${type.name}.${property}`,
        stepNames: steps.map((step) => step.name || 'middleware'),
        steps: steps.map((step) => buildStep(step, container)),
        handler: bound as RequestHandler,
        failure: later('failure'),
        response: later('response'),
        branch: later('branch'),
        cancel: later('cancel'),
      })
    }
    for (const [method, { bound, property }] of handlers['dialog-request']) {
      if (this.#dialogRequests.has(method)) {
        throw new SipError('SIPW_ERR_DUPLICATE_ROUTE', [
          `${method} in a dialog`,
          'another class',
          `${type.name}.${property}`,
        ])
      }
      this.#dialogRequests.set(method, bound as DialogHandler)
    }
  }
}

/** A step with its service, resolved once. */
export function buildStep(
  step: Middleware | MiddlewareFunction,
  container: Container,
): MiddlewareFunction {
  if (typeof step === 'function') return step
  return step.create(step.service === undefined ? undefined : container.resolve(step.service))
}

type Handlers = Readonly<Record<HandlerKind, Map<string, { bound: AnyHandler; property: string }>>>

function boundHandlers(type: RouteClass, instance: object): Handlers {
  const handlers: Handlers = {
    request: new Map(),
    'dialog-request': new Map(),
    failure: new Map(),
    response: new Map(),
    branch: new Map(),
    cancel: new Map(),
  }
  for (const { kind, methods, property } of registrationsOf(type.prototype as object)) {
    const method = (instance as Record<string, AnyHandler>)[property]!
    const bound = method.bind(instance) as AnyHandler
    for (const name of methods) {
      const taken = handlers[kind].get(name)
      if (taken !== undefined) {
        throw new SipError('SIPW_ERR_DUPLICATE_ROUTE', [
          `${kind} of ${name}`,
          `${type.name}.${taken.property}`,
          `${type.name}.${property}`,
        ])
      }
      handlers[kind].set(name, { bound, property })
    }
  }
  return handlers
}
