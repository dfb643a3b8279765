/** Calls in progress: who calls whom, where it went, how far it is. */
import type { CallsAnswer } from '../answers.js'
import { useState } from 'preact/hooks'
import { useAnswer } from '../answer.js'
import { ask, may } from '../api.js'
import { formatSince, formatTime } from '../format.js'
import { ConfirmButton } from '../parts/confirm.js'
import { Fault } from '../parts/fault.js'
import { Filter } from '../parts/filter.js'

const marks = { calling: '○ calling', ringing: '◐ ringing', up: '● up' } as const
const none = { from: '', to: '', destination: '', state: '' }

export function Calls() {
  const [filter, setFilter] = useState(none)
  const { answer, fault, refresh } = useAnswer<CallsAnswer>('/calls', {
    query: filter,
    everyMs: 1_000,
  })
  const change = (key: keyof typeof none) => (value: string) =>
    setFilter({ ...filter, [key]: value })
  return (
    <section aria-label="calls in progress">
      <div class="bar">
        <h2>{answer?.total ?? '–'} calls in progress</h2>
        <Filter label="from" value={filter.from} set={change('from')} />
        <Filter label="to" value={filter.to} set={change('to')} />
        <Filter label="destination" value={filter.destination} set={change('destination')} />
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
      </div>
      <Fault text={fault} />
      <table>
        <thead>
          <tr>
            {['since', 'from', 'to', 'source', 'state', 'destination', 'tries', 'for', ''].map(
              (name) => (
                <th scope="col">{name}</th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {answer?.calls.map((call) => (
            <tr key={call.id} data-call={call.callId}>
              <td>{formatTime(call.startedAt)}</td>
              <td class="wrap">{call.from}</td>
              <td class="wrap">{call.to}</td>
              <td>{call.source}</td>
              <td class={call.state === 'up' ? 'good' : 'warn'}>{marks[call.state]}</td>
              <td>{call.destination ?? '–'}</td>
              <td>{call.attempts}</td>
              <td>{formatSince(call.answeredAt ?? call.startedAt, Date.now())}</td>
              <td>
                <a href={`#/trace/${encodeURIComponent(`callId:${call.callId}`)}`}>ladder</a>{' '}
                {call.state !== 'up' && (
                  <ConfirmButton
                    label="✂ end"
                    title={`end the call of ${call.from}`}
                    disabled={!may('operate')}
                    run={async (reason) => {
                      const why =
                        reason === undefined ? '' : `?reason=${encodeURIComponent(reason)}`
                      await ask('DELETE', `/calls/${call.id}${why}`)
                      refresh()
                    }}
                  >
                    <p>Its callee is cancelled, its caller gets 487.</p>
                  </ConfirmButton>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
