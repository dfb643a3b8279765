/** The last calls whose messages are remembered, and the ladder of one. */
import { useEffect, useState } from 'preact/hooks'
import type { TracesAnswer } from '../answers.js'
import { useAnswer } from '../answer.js'
import { formatTime } from '../format.js'
import { place } from '../pages.js'
import { Fault } from '../parts/fault.js'
import { Filter } from '../parts/filter.js'
import { Ladder } from '../parts/ladder.js'
import { useStore } from '../store.js'

const marks = {
  ...{ trying: '○ trying', early: '◐ early', up: '● up' },
  ...{ ended: '✔ ended', failed: '✖ failed', cancelled: '⊘ cancelled' },
} as const
const none = { from: '', to: '', destination: '', method: '', callId: '', state: '' }
const callIdMark = 'callId:'

export function Trace() {
  const { rest } = useStore(place)
  if (rest === '' || rest.startsWith(callIdMark)) {
    return <List callId={rest.slice(callIdMark.length)} />
  }
  return (
    <>
      <div class="bar">
        <a href="#/trace">← all calls</a>
      </div>
      <Ladder key={rest} id={rest} />
    </>
  )
}

function List({ callId }: { callId: string }) {
  const [filter, setFilter] = useState({ ...none, callId })
  const [failedOver, setFailedOver] = useState(false)
  useEffect(() => setFilter({ ...none, callId }), [callId])
  const { answer, fault } = useAnswer<TracesAnswer>('/traces', { query: filter, everyMs: 2_000 })
  const change = (key: keyof typeof none) => (value: string) =>
    setFilter({ ...filter, [key]: value })
  const shown = answer?.traces.filter(({ attempts }) => !failedOver || attempts > 1)
  return (
    <section aria-label="traces">
      <div class="bar">
        <Filter label="from" value={filter.from} set={change('from')} />
        <Filter label="to" value={filter.to} set={change('to')} />
        <Filter label="destination" value={filter.destination} set={change('destination')} />
        <Filter label="method" value={filter.method} set={change('method')} />
        <Filter label="Call-ID" value={filter.callId} set={change('callId')} />
        <select
          aria-label="State"
          value={filter.state}
          onChange={({ currentTarget }) => change('state')(currentTarget.value)}
        >
          <option value="">any state</option>
          {Object.entries(marks).map(([state, mark]) => (
            <option value={state}>{mark}</option>
          ))}
        </select>
        <label>
          <input
            type="checkbox"
            data-failed-over
            checked={failedOver}
            onChange={({ currentTarget }) => setFailedOver(currentTarget.checked)}
          />{' '}
          failed over
        </label>
      </div>
      <Fault text={fault} />
      <table>
        <thead>
          <tr>
            {['since', 'method', 'from', 'to', 'state', 'status', 'destination', 'tries', ''].map(
              (name) => (
                <th scope="col">{name}</th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {shown?.map((trace) => (
            <tr key={trace.id} data-attempts={trace.attempts}>
              <td>{formatTime(trace.startedAt)}</td>
              <td>{trace.method}</td>
              <td class="wrap">{trace.from}</td>
              <td class="wrap">{trace.to}</td>
              <td class={trace.state === 'failed' ? 'bad' : ''}>{marks[trace.state]}</td>
              <td>{trace.status ?? '–'}</td>
              <td>{trace.destination ?? '–'}</td>
              <td>{trace.attempts}</td>
              <td>
                <a href={`#/trace/${trace.id}`} aria-label={`ladder of ${trace.callId}`}>
                  ladder
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
