/** Calls of who means well, as long as something else goes on. */
import { SipCaller } from '../system/sip-caller.js'

/** How many calls were made until `over`, and how many of them were answered and ended as they should. */
export async function callsBeside(
  port: number,
  perSecond: number,
  over: Promise<unknown>,
): Promise<{ readonly calls: number; readonly answered: number }> {
  const caller = await SipCaller.to(port)
  const outcomes: Promise<boolean>[] = []
  const timer = setInterval(() => outcomes.push(isAnswered(caller)), 1_000 / perSecond)
  await over
  clearInterval(timer)
  const answered = (await Promise.all(outcomes)).filter(Boolean).length
  caller.close()
  return { calls: outcomes.length, answered }
}

async function isAnswered(caller: SipCaller): Promise<boolean> {
  try {
    const { call } = await caller.call()
    return call !== undefined && (await caller.bye(call)) === 200
  } catch {
    return false
  }
}
