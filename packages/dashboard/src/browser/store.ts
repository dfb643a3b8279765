/** A value that components show, and that tells them when it changes. */
import { useEffect, useState } from 'preact/hooks'

export class Store<T> {
  readonly #listeners = new Set<() => void>()
  #value: T

  constructor(value: T) {
    this.#value = value
  }

  get value(): T {
    return this.#value
  }

  set(value: T): void {
    this.#value = value
    for (const listener of this.#listeners) listener()
  }

  /** The function returned ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** The value as it is; the component is shown again when it changes. */
export function useStore<T>(store: Store<T>): T {
  const [, show] = useState({})
  useEffect(() => store.onChange(() => show({})), [store])
  return store.value
}
