/** The log as it is written, while this view is open. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { ask, may, said } from '../api.js'
import { useAnswer } from '../answer.js'
import { listen } from '../live.js'
import { type Level, levels, type LogLine, parseLogLine, passes } from '../log-line.js'
import { Fault } from '../parts/fault.js'
import { Filter } from '../parts/filter.js'

/** Lines that are kept. */
const maxLines = 1_000

export function Logs() {
  const [lines, setLines] = useState<readonly LogLine[]>([])
  const [from, setFrom] = useState<Level>('debug')
  const [wanted, setWanted] = useState('')
  const [follow, setFollow] = useState(true)
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!may('operate')) return undefined
    return listen('logs', (data) => {
      const line = parseLogLine(data)
      if (line !== undefined) setLines((before) => [...before, line].slice(-maxLines))
    })
  }, [])
  useEffect(() => {
    if (follow) end.current?.scrollTo({ top: end.current.scrollHeight })
  }, [lines, follow])
  return (
    <section aria-label="log">
      <div class="bar">
        <h2>Log</h2>
        <Filter label="text" value={wanted} set={setWanted} />
        <select
          aria-label="Least level"
          value={from}
          onChange={({ currentTarget }) =>
            setFrom(levels.find((each) => each === currentTarget.value) ?? 'debug')
          }
        >
          {levels.map((level) => (
            <option value={level}>from {level}</option>
          ))}
        </select>
        <label>
          <input
            type="checkbox"
            checked={follow}
            onChange={({ currentTarget }) => setFollow(currentTarget.checked)}
          />{' '}
          follow
        </label>
        <WrittenLevel />
      </div>
      {!may('operate') && <p class="notice">The log takes a token of scope operate.</p>}
      {lines.length === 0 && <p class="quiet">Nothing has been written since this view is open.</p>}
      <div class="log" ref={end} role="log" tabIndex={0} aria-label="lines of the log">
        {lines
          .filter((line) => passes(line, from, wanted))
          .map(({ at, level, text, fields }) => (
            <p>
              <span class="quiet">{new Date(at).toLocaleTimeString('en-GB')}</span>{' '}
              <b class={level === 'error' ? 'bad' : level === 'warn' ? 'warn' : 'quiet'}>{level}</b>{' '}
              {text} <span class="quiet">{fields}</span>
            </p>
          ))}
      </div>
    </section>
  )
}

/** What the process writes at all. */
function WrittenLevel() {
  const { answer, refresh } = useAnswer<{ readonly level: Level }>('/log-level')
  const [fault, setFault] = useState<string | undefined>(undefined)
  if (answer === undefined) return null
  return (
    <>
      <select
        aria-label="Level that is written"
        disabled={!may('admin')}
        value={answer.level}
        onChange={({ currentTarget }) => {
          ask('PUT', '/log-level', { level: currentTarget.value }).then(refresh, (error: unknown) =>
            setFault(said(error)),
          )
        }}
      >
        {levels.map((level) => (
          <option value={level}>writes {level}</option>
        ))}
      </select>
      <Fault text={fault} />
    </>
  )
}
