/** What the balancer counted, as it says when it ends. */
import { type Balancer } from '../system/balancer.js'

/** Ends it, calls in progress or not. Throws if it did not end well or said nothing. */
export async function endCounts(balancer: Balancer): Promise<Readonly<Record<string, number>>> {
  const { process } = balancer
  process.signal('SIGTERM')
  await process.printed(/"msg":"ending/)
  process.signal('SIGTERM')
  await process.exited
  await balancer.stop()
  const line = /^.*"msg":"ended".*$/m.exec(process.output)?.[0]
  if (line === undefined) throw new Error(`it ended without a word:\n${process.output}`)
  return (JSON.parse(line) as { counts: Record<string, number> }).counts
}
