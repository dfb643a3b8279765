/**
 * The decorators of a route class. They write down; the route table decides. One more thing they do: refuse to
 * run as TC39 decorators, which would silently register nothing.
 */
import 'reflect-metadata'
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
import { markInjectable } from './container.js'

export type HandlerKind =
  'request' | 'dialog-request' | 'failure' | 'response' | 'branch' | 'cancel'

/** One decorated method, as written. */
export interface Registration {
  readonly kind: HandlerKind
  /** SIP methods; `*` is every method that has no handler of its own. */
  readonly methods: readonly string[]
  readonly property: string
}

type Step = Middleware | MiddlewareFunction
/** Fits methods of this shape only: a handler that forgets to answer does not compile. */
type HandlerDecorator<Shape> = <Handler extends Shape>(
  target: object,
  property: string,
  descriptor: TypedPropertyDescriptor<Handler>,
) => void

// Symbol.for: two installed copies of the package see each other's routes.
const isRoutes = Symbol.for('sipwright:routes')
const registrations = Symbol.for('sipwright:registrations')
const middleware = Symbol.for('sipwright:middleware')

/** Marks a class as route class: `createApp({ routes: [LoadBalancer] })` resolves it once, at start-up. */
export function Routes(): ClassDecorator {
  return (target, ...context: readonly unknown[]) => {
    refuseStandardDecorator(context[0])
    markInjectable(target)
    Reflect.defineMetadata(isRoutes, true, target)
  }
}

/**
 * Handles requests outside a dialog. Without arguments, or with `*`: every method that has no handler of its own.
 * ACK and CANCEL belong to the transaction layer: SIPW_ERR_METHOD_RESERVED at start-up.
 */
export function OnRequest(
  ...methods: readonly string[]
): HandlerDecorator<(ctx: RequestContext) => Handled | Promise<Handled>> {
  return register('request', methods)
}

/**
 * Looks at a request inside a dialog before it goes along its route set; returning nothing lets it go. ACK is
 * never asked.
 */
export function OnDialogRequest(
  ...methods: readonly string[]
): HandlerDecorator<(ctx: RequestContext) => MaybeHandled | Promise<MaybeHandled>> {
  return register('dialog-request', methods)
}

/** Decides how to go on when an attempt of this class's relay or fork failed (300–699, silence, transport). */
export function OnFailure(
  ...methods: readonly string[]
): HandlerDecorator<(ctx: FailureContext) => Handled | Promise<Handled>> {
  return register('failure', methods)
}

/** Sees, and may edit, each response to what this class relayed. Sync. */
export function OnResponse(
  ...methods: readonly string[]
): HandlerDecorator<(ctx: ResponseContext) => void> {
  return register('response', methods)
}

/** Sees, and may edit, each copy before it leaves. Sync. */
export function OnBranch(
  ...methods: readonly string[]
): HandlerDecorator<(ctx: BranchContext) => void> {
  return register('branch', methods)
}

/** Is told that the caller hung up. Sync. */
export function OnCancel(
  ...methods: readonly string[]
): HandlerDecorator<(ctx: CancelContext) => void> {
  return register('cancel', methods)
}

/** Composes middleware in reading order, on a class (first) or a method. */
export function Use(...steps: readonly Step[]): ClassDecorator & MethodDecorator {
  return (target: object, property?: string | symbol) => {
    refuseStandardDecorator(property)
    if (property === undefined) Reflect.defineMetadata(middleware, steps, target)
    else Reflect.defineMetadata(middleware, steps, target, property)
  }
}

/** Whether `@Routes()` stands on the class. */
export function isRouteClass(target: object): boolean {
  return Reflect.hasOwnMetadata(isRoutes, target)
}

/** What the decorators of a class and of those it extends wrote down. */
export function registrationsOf(prototype: object): readonly Registration[] {
  return (Reflect.getMetadata(registrations, prototype) as Registration[] | undefined) ?? []
}

/** The steps of `@Use` on a class, or on one of its methods. */
export function stepsOf(target: object, property?: string): readonly Step[] {
  const steps: unknown =
    property === undefined
      ? Reflect.getMetadata(middleware, target)
      : Reflect.getMetadata(middleware, target, property)
  return (steps as Step[] | undefined) ?? []
}

function register<Shape>(kind: HandlerKind, methods: readonly string[]): HandlerDecorator<Shape> {
  return (target, property) => {
    refuseStandardDecorator(property)
    const own: Registration = { kind, methods: methods.length === 0 ? ['*'] : methods, property }
    Reflect.defineMetadata(registrations, [...registrationsOf(target), own], target)
  }
}

/** TC39 decorators are called with a context object that has a `kind`; ours are TypeScript's. */
function refuseStandardDecorator(context: unknown): void {
  if (typeof context === 'object' && context !== null && 'kind' in context) {
    throw new SipError('SIPW_ERR_DECORATOR_MODE')
  }
}
