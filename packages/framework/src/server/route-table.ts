/** All route classes of an app as one flat table: method → steps and bound handlers. Built once. */
import { SipError } from '../errors.js'
import {
  type BranchContext,
  type CancelContext,
  type FailureContext,
  type ResponseContext,
} from '../plugin/context.js'
import { type Handled } from '../plugin/handled.js'
import { type Middleware, type MiddlewareFunction } from '../plugin/middleware.js'
import { isPromise, type RequestHandler } from '../plugin/pipeline.js'
import { type Container } from './container.js'
import { type HandlerKind, isRouteClass, registrationsOf, stepsOf } from './decorators.js'
import { type Hooks } from './hooks.js'

export type RouteClass = new (...args: never[]) => object

/** One line of the table: who handles a method, and who is asked later about what it relayed. */
export interface Route {
  /** `LoadBalancer.invite` */
  readonly name: string
  readonly stepNames: readonly string[]
  /** Middleware of plugins, class and method, then the handler. */
  readonly chain: readonly MiddlewareFunction[]
  readonly failure: ((ctx: FailureContext) => Handled | Promise<Handled>) | undefined
  readonly response: ((ctx: ResponseContext) => void) | undefined
  readonly branch: ((ctx: BranchContext) => void) | undefined
  readonly cancel: ((ctx: CancelContext) => void) | undefined
}

/** A handler as the class holds it, before its kind says what it takes. */
type AnyHandler = (ctx: never) => unknown

export class RouteTable {
  readonly #requests = new Map<string, Route>()
  readonly #dialogRequests = new Map<string, readonly MiddlewareFunction[]>()
  readonly #hooks: Hooks
  /** A request that no class handles. */
  readonly unrouted: readonly MiddlewareFunction[]
  /** A request that brought its own Route, where that is followed. */
  readonly preloaded: readonly MiddlewareFunction[]
  readonly #alongItsRoute: readonly MiddlewareFunction[]

  /** Throws SIPW_ERR_NOT_ROUTES, SIPW_ERR_DUPLICATE_ROUTE, SIPW_ERR_METHOD_RESERVED, and what the container throws. */
  constructor(classes: readonly RouteClass[], container: Container, hooks: Hooks) {
    this.#hooks = hooks
    this.unrouted = [...hooks.newRequest, (ctx) => ctx.reply(404)]
    this.preloaded = [...hooks.newRequest, goAlong]
    this.#alongItsRoute = [...hooks.everyRequest, goAlong]
    for (const type of classes) this.#add(type, container)
  }

  /** Who handles a request outside a dialog. */
  find(method: string): Route | undefined {
    return this.#requests.get(method) ?? this.#requests.get('*')
  }

  /** What a request inside a dialog passes through on its way along its route set. */
  inDialog(method: string): readonly MiddlewareFunction[] {
    return this.#dialogRequests.get(method) ?? this.#dialogRequests.get('*') ?? this.#alongItsRoute
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
    const handlers = boundHandlers(type, instance, this.#hooks)
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
      const later = (kind: HandlerKind): unknown =>
        (handlers[kind].get(method) ?? handlers[kind].get('*'))?.bound
      this.#requests.set(method, {
        name: `${type.name}.${property}`,
        stepNames: steps.map((step) => step.name || 'middleware'),
        chain: [
          ...this.#hooks.newRequest,
          ...steps.map((step) => buildStep(step, container)),
          bound as RequestHandler,
        ],
        failure: later('failure') as Route['failure'],
        response: later('response') as Route['response'],
        branch: later('branch') as Route['branch'],
        cancel: later('cancel') as Route['cancel'],
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
      this.#dialogRequests.set(method, [
        ...this.#hooks.everyRequest,
        bound as MiddlewareFunction,
        goAlong,
      ])
    }
  }
}

const goAlong: MiddlewareFunction = (ctx) => ctx.relayAsRouted()

/** A step with its service, resolved once. */
export function buildStep(
  step: Middleware | MiddlewareFunction,
  container: Container,
): MiddlewareFunction {
  if (typeof step === 'function') return step
  return step.create(step.service === undefined ? undefined : container.resolve(step.service))
}

type Handlers = Readonly<Record<HandlerKind, Map<string, { bound: AnyHandler; property: string }>>>

function boundHandlers(type: RouteClass, instance: object, hooks: Hooks): Handlers {
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
    const plain: AnyHandler = method.bind(instance)
    const decides = kind === 'request' || kind === 'dialog-request' || kind === 'failure'
    const isTimed = decides && hooks.handler.length > 0
    const bound = isTimed ? timed(`${type.name}.${property}`, plain, hooks) : plain
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

/** The same, and whoever asked is told how long it took. */
function timed(name: string, handler: AnyHandler, hooks: Hooks): AnyHandler {
  return (ctx) => {
    const from = performance.now()
    const tell = (): void => {
      const elapsedMs = performance.now() - from
      for (const hook of hooks.handler) hook(name, elapsedMs)
    }
    let outcome: unknown
    try {
      outcome = handler(ctx)
    } catch (error) {
      tell()
      throw error
    }
    if (isPromise(outcome)) outcome.then(tell, tell)
    else tell()
    return outcome
  }
}
