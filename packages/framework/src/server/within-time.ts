/** A time limit for what plugins do at start and stop, so that a hanging one is named. */
import { SipError } from '../errors.js'

/** Runs it; rejects with SIPW_ERR_PLUGIN_TIMEOUT that names the plugin when it takes longer than `limitMs`. */
export async function withinTime(
  run: () => void | Promise<void>,
  limitMs: number,
  plugin: string,
  step: string,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new SipError('SIPW_ERR_PLUGIN_TIMEOUT', [plugin, step, limitMs]))
    }, limitMs)
  })
  try {
    await Promise.race([run(), limit])
  } finally {
    clearTimeout(timer)
  }
}
