/** SIGTERM and SIGINT: the first asks for an orderly end, the second for one at once. */

export interface Interruptions {
  readonly first: Promise<NodeJS.Signals>
  readonly second: Promise<NodeJS.Signals>
  /** Signals do again what they do by themselves. */
  release(): void
}

/** Listens to both signals from now on. */
export function interruptions(): Interruptions {
  const settle: ((signal: NodeJS.Signals) => void)[] = []
  const next = (): Promise<NodeJS.Signals> => new Promise((resolve) => settle.push(resolve))
  const first = next()
  const second = next()
  const interrupt = (signal: NodeJS.Signals): void => settle.shift()?.(signal)
  process.on('SIGTERM', interrupt)
  process.on('SIGINT', interrupt)
  const release = (): void => {
    process.off('SIGTERM', interrupt)
    process.off('SIGINT', interrupt)
  }
  return { first, second, release }
}
