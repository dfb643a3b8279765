/** What the API answers to a question that a view asks, and asks again. */
import { useCallback, useEffect, useState } from 'preact/hooks'
import { read, said } from './api.js'
import { connection } from './live.js'

export interface Answered<T> {
  readonly answer: T | undefined
  /** Why there is none, or why it is no newer. */
  readonly fault: string | undefined
  readonly refresh: () => void
}

export interface Asking {
  readonly query?: Readonly<Record<string, string>>
  /** Asks again after so long; absent: only when `news` changes. */
  readonly everyMs?: number
  readonly news?: number
}

/** Asks now, when what it depends on changes, and every `everyMs`, unless the page is paused or hidden. */
export function useAnswer<T>(
  path: string,
  { query = {}, everyMs, news }: Asking = {},
): Answered<T> {
  const [answer, setAnswer] = useState<T | undefined>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const [turn, setTurn] = useState(0)
  const refresh = useCallback(() => setTurn((before) => before + 1), [])
  const asked = JSON.stringify(query)
  useEffect(() => {
    let gone = false
    read<T>(path, JSON.parse(asked) as Record<string, string>).then(
      (found) => {
        if (gone) return
        setAnswer(found)
        setFault(undefined)
      },
      (error: unknown) => {
        if (!gone) setFault(said(error))
      },
    )
    return () => {
      gone = true
    }
  }, [path, asked, news, turn])
  useEffect(() => {
    if (everyMs === undefined) return undefined
    const timer = setInterval(() => {
      if (connection.value !== 'paused' && !document.hidden) refresh()
    }, everyMs)
    return () => clearInterval(timer)
  }, [everyMs, refresh])
  return { answer, fault, refresh }
}
