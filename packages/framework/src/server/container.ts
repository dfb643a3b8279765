/**
 * The only door to tsyringe: one parentless container per app. Nothing is resolved per message, nothing is
 * registered globally; `@inject(Token)` stands on every constructor parameter.
 */
import 'reflect-metadata'
import {
  // eslint-disable-next-line no-restricted-imports -- this file is the door: it needs the class of the container.
  container as globalContainer,
  type DependencyContainer,
  inject as tsyringeInject,
  injectable,
} from 'tsyringe'
import { SipError } from '../errors.js'
import { type ServiceToken, tokenName } from '../plugin/service.js'

/** Names the service that a constructor parameter is given: `constructor(@inject(Dispatcher) dispatcher: Dispatcher)`. */
export function inject(token: ServiceToken<unknown>): ParameterDecorator {
  return (target, property, index) => {
    tsyringeInject(token as symbol)(target, property, index)
    const tokens = new Map(injectedTokens(target)).set(index, token)
    Reflect.defineMetadata(injected, tokens, target)
  }
}

const injected = Symbol.for('sipwright:injected')

/** Lets the container construct the class. */
export function markInjectable(target: object): void {
  injectable()(target as new (...args: unknown[]) => unknown)
}

export class Container {
  readonly #root: DependencyContainer
  readonly #provided = new Set<ServiceToken<unknown>>()

  constructor() {
    // A container of our own, without the process-wide one as parent: two apps share nothing.
    const Root = globalContainer.constructor as new () => DependencyContainer
    this.#root = new Root()
  }

  /** Throws SIPW_ERR_SERVICE_DUPLICATE for a token that is taken. */
  provide<T>(token: ServiceToken<T>, instance: T): void {
    if (this.#provided.has(token)) {
      throw new SipError('SIPW_ERR_SERVICE_DUPLICATE', [tokenName(token)])
    }
    this.#provided.add(token)
    this.#root.registerInstance(token as symbol, instance)
  }

  /** Throws SIPW_ERR_SERVICE_MISSING if no plugin provided it. */
  resolve<T>(token: ServiceToken<T>): T {
    if (!this.#provided.has(token)) {
      throw new SipError('SIPW_ERR_SERVICE_MISSING', [tokenName(token)])
    }
    return this.#root.resolve(token as symbol)
  }

  /** Undefined if no plugin provided it. */
  find<T>(token: ServiceToken<T>): T | undefined {
    return this.#provided.has(token) ? this.resolve(token) : undefined
  }

  /**
   * Constructs a route class with what it asks for. Throws SIPW_ERR_DI_TOKEN, SIPW_ERR_DI_INHERITED_CTOR, and
   * SIPW_ERR_DI_RESOLVE with the reason as cause.
   */
  construct<T extends object>(type: new (...args: never[]) => T): T {
    for (const token of checkedTokens(type)) {
      // tsyringe would construct a class that nobody provided, and hand out an empty service.
      if (!this.#provided.has(token)) {
        const missing = `${tokenName(token)} is not provided; is its plugin in plugins?`
        throw new SipError('SIPW_ERR_DI_RESOLVE', [type.name, missing])
      }
    }
    try {
      return this.#root.resolve(type as new (...args: unknown[]) => T)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new SipError('SIPW_ERR_DI_RESOLVE', [type.name, reason], { cause })
    }
  }
}

type Constructor = new (...args: never[]) => object

/** The tokens of a constructor, one for each parameter; what is missing is found at start-up, not in a call. */
function checkedTokens(type: Constructor): readonly ServiceToken<unknown>[] {
  const tokens = Reflect.hasOwnMetadata(injected, type) ? injectedTokens(type) : noTokens
  for (let index = 0; index < type.length; index++) {
    if (!tokens.has(index)) throw new SipError('SIPW_ERR_DI_TOKEN', [index, type.name])
  }
  const parent: unknown = Object.getPrototypeOf(type)
  if (type.length === 0 && typeof parent === 'function' && parent.length > 0 && inherits(type)) {
    throw new SipError('SIPW_ERR_DI_INHERITED_CTOR', [type.name, parent.name])
  }
  return [...tokens.values()]
}

/** A class without a constructor of its own runs its parent's, whose parameters nobody would fill. */
function inherits(type: Constructor): boolean {
  return !/\bconstructor\s*\(/.test(Function.prototype.toString.call(type))
}

type Tokens = ReadonlyMap<number, ServiceToken<unknown>>
const noTokens: Tokens = new Map()

function injectedTokens(target: object): Tokens {
  return (Reflect.getMetadata(injected, target) as Tokens | undefined) ?? noTokens
}
