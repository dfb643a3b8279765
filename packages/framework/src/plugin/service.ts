/** Services by token: what plugins provide and routes, middleware and other plugins inject. */

/** A service's name in the container: its class, or a symbol made by `serviceToken`. */
export type ServiceToken<T> = (abstract new (...args: never[]) => T) | TypedSymbol<T>

/** A symbol that remembers the type of what it names. */
export type TypedSymbol<T> = symbol & { readonly service?: T }

/** A token for something that is not a class: `const CALENDAR = serviceToken<Calendar>('calendar')`. */
export function serviceToken<T>(name: string): TypedSymbol<T> {
  return Symbol(name)
}

/** The token as messages name it. */
export function tokenName(token: ServiceToken<unknown>): string {
  return typeof token === 'symbol' ? (token.description ?? 'symbol') : token.name
}
