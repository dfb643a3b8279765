/** Floods, slow connections, half-open calls and answers' times in full. Each prints a line of figures and returns the bounds that were broken. */
import { stopAll } from '../system/processes.js'
import { answerTimes } from './asking-users.js'
import { flood } from './flood.js'
import { halfOpen } from './half-open.js'
import { slow } from './slow.js'

const callsPerSecond = 20

/** security.md §5 G10 */
export async function floods(perSecond: number, seconds: number): Promise<readonly string[]> {
  const broken: string[] = []
  const floods = [
    { name: 'flood of one source', sources: 'one' },
    { name: 'flood of many sources', sources: 'many' },
    {
      name: 'flood of many sources, as if in dialogs',
      sources: 'many',
      inDialogs: true,
      ownListener: true,
    },
  ] as const
  for (const { name, ...kind } of floods) {
    const result = await flood({ ...kind, perSecond, seconds, callsPerSecond })
    await stopAll()
    console.log(`${name}: ${JSON.stringify(result)}`)
    const { calls, answered, memory } = result
    if (answered < 0.999 * calls || memory > 512) broken.push(name)
  }
  return broken
}

/** security.md §3 row 2 */
export async function timing(answers: number): Promise<readonly string[]> {
  const result = await answerTimes(answers)
  await stopAll()
  console.log(`answers about users: ${JSON.stringify(result)}`)
  return result.p > 0.01 ? [] : ['answers about users']
}

/** security.md §5 G9 */
export async function slowInFull(
  connections: number,
  handshakes: number,
): Promise<readonly string[]> {
  const result = await slow({ connections, handshakes, callsPerSecond })
  await stopAll()
  console.log(`slow connections: ${JSON.stringify(result)}`)
  const { longest, calls, answered, tcpCalls, tcpSuccessful } = result
  const isLate = Math.max(...Object.values(longest)) > 12_000
  return isLate || answered < calls || tcpSuccessful < tcpCalls ? ['slow connections'] : []
}

/** security.md §5 G12 */
export async function halfOpenInFull(
  transactions: number,
  perSecond: number,
  seconds: number,
): Promise<readonly string[]> {
  const result = await halfOpen({ transactions, perSecond, seconds, t1: 500 })
  await stopAll()
  console.log(`half-open calls: ${JSON.stringify(result)}`)
  const { refused, bye, recoveryMs = Infinity, memory, faults } = result
  const isWell = refused > 0 && bye === 200 && recoveryMs <= 40_000 && memory < 1_536
  return isWell && faults === 0 ? [] : ['half-open calls']
}
