/** What this process holds, the rubbish taken out. */

/** The heap and what hangs on it. Needs `--expose-gc`; without it rubbish counts too. */
export function heapBytes(): number {
  const { gc } = globalThis as { gc?: () => void }
  // What the first leaves for finalisers goes with the second.
  gc?.()
  gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
