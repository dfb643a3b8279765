/** What the balancer counted, as it says when it ends. */
import { type Balancer } from '../system/balancer.js'

/** Ends it in good order. Throws if it did not end well or said nothing. */
export async function endCounts(balancer: Balancer): Promise<Readonly<Record<string, number>>> {
  const { process } = balancer
  const code = await balancer.stop()
  const line = /^.*"msg":"ended".*$/m.exec(process.output)?.[0]
  if (code !== 0 || line === undefined) {
    throw new Error(`the balancer ended with ${code ?? 'a signal'}:\n${process.output}`)
  }
  return (JSON.parse(line) as { counts: Record<string, number> }).counts
}
