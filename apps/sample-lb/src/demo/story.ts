/**
 * What happens in the demo: one backend dies and comes back, another one has too much to do now and then; and the buttons of
 * the dashboard, with which one makes such things happen.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type AdminInput } from '@sipwright/plugin-admin'
import { type Backends } from './backends.js'
import { flood, floodSource } from './flood.js'

/** The backend that dies and comes back, and the one that is busy at times: one after the other, never both. */
export const victim = 'fs2'
export const busyOne = 'fs3'

const healthyMs = 5_000
const awayMs = 4_000
const busyMs = 5_000

/** The backend that the buttons are about. */
const ours = 'fs1'

/** What happens by itself until `signal`; a short run sees a death and a return, too. */
export async function story(
  backends: Backends,
  durationMs = Infinity,
  signal: AbortSignal,
): Promise<void> {
  const wait = (ms: number): Promise<void> =>
    sleep(Math.min(ms, durationMs / 4), undefined, { signal })
  try {
    for (;;) {
      await wait(healthyMs)
      await backends.crash(victim)
      await wait(awayMs)
      await backends.revive(victim)
      await wait(healthyMs)
      backends.setBusy(busyOne, true)
      await wait(busyMs)
      backends.setBusy(busyOne, false)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** The buttons of the dashboard. `sipPort` is the balancer's; who sends more than `threshold` at once is banned. */
export function storyActions(
  backends: Backends,
  sipPort: number,
  threshold: number,
): NonNullable<AdminInput['actions']> {
  return [
    {
      name: 'kill',
      title: `kill ${ours}`,
      summary: `The process of ${ours} hangs, then dies. Calls go on to the next one; none fails.`,
      run: async () => {
        await backends.crash(ours)
        return `${ours} is dead`
      },
    },
    {
      name: 'revive',
      title: `revive ${ours}`,
      summary: `The process of ${ours} starts again. Probes find that it lives.`,
      run: async () => {
        await backends.revive(ours)
        return `${ours} runs`
      },
    },
    {
      name: 'flood',
      title: 'flood',
      summary: `A stranger at ${floodSource} sends far more than anybody may: he is banned (Security).`,
      run: async () =>
        `${await flood(sipPort, threshold * 2)} requests were sent from ${floodSource}`,
    },
  ]
}
