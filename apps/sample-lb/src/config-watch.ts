/**
 * The configuration file looked at when something happens in its folder: a file that is written, one that takes its name, and the
 * link that Kubernetes turns around when it mounts a new ConfigMap, are all a change of what can be read there.
 */
import { type FSWatcher, readFileSync, watch } from 'node:fs'
import { dirname } from 'node:path'

/** Editors write in several steps: what comes within this time is one change. */
const settleMs = 300

/** Calls `changed` when the text of the file is another one; a file that is away is none. Returns what ends that. */
export function watchConfig(path: string, changed: () => void): () => void {
  let text = textOf(path)
  let timer: NodeJS.Timeout | undefined
  const look = (): void => {
    const now = textOf(path)
    if (now === undefined || now === text) return
    text = now
    changed()
  }
  let watcher: FSWatcher
  try {
    watcher = watch(dirname(path), { persistent: false }, () => {
      clearTimeout(timer)
      timer = setTimeout(look, settleMs).unref()
    })
  } catch {
    // Not every system can watch; SIGHUP reloads there.
    return () => undefined
  }
  // A folder that is taken away: a reload says so.
  watcher.on('error', () => watcher.close())
  return () => {
    clearTimeout(timer)
    watcher.close()
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
