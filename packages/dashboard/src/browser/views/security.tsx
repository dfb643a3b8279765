/** Who is not heard, and what limits keep out. */
import type { BansAnswer, LimitsAnswer } from '../answers.js'
import { useState } from 'preact/hooks'
import { useAnswer } from '../answer.js'
import { ask, may } from '../api.js'
import { formatSpan } from '../format.js'
import { securityNews } from '../live.js'
import { ConfirmButton } from '../parts/confirm.js'
import { Fault } from '../parts/fault.js'
import { Filter } from '../parts/filter.js'
import { useStore } from '../store.js'

export function Security() {
  const news = useStore(securityNews)
  const { answer, fault, refresh } = useAnswer<BansAnswer>('/bans', { everyMs: 5_000, news })
  const [filter, setFilter] = useState('')
  const bans = answer?.bans.filter(({ source, reason }) => `${source} ${reason}`.includes(filter))
  return (
    <div class="columns">
      <section aria-label="bans">
        <div class="bar">
          <h2>{answer?.bans.length ?? '–'} bans</h2>
          <Filter label="source or reason" value={filter} set={setFilter} />
        </div>
        <Fault text={fault} />
        {bans?.length === 0 && <p class="quiet">Nobody is banned.</p>}
        {bans !== undefined && bans.length > 0 && (
          <table>
            <thead>
              <tr>
                {['source', 'why', 'by', 'ends in', 'times', ''].map((name) => (
                  <th scope="col">{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {bans.map(({ source, reason, by, until, times }) => (
                <tr key={source}>
                  <td>{source}</td>
                  <td class="wrap">{reason}</td>
                  <td>{by ?? 'found here'}</td>
                  <td>{formatSpan(Date.parse(until) - Date.now())}</td>
                  <td>{times}</td>
                  <td>
                    <ConfirmButton
                      label="lift"
                      title={`lift the ban of ${source}`}
                      disabled={!may('operate')}
                      run={async (why) => {
                        const query = why === undefined ? '' : `?reason=${encodeURIComponent(why)}`
                        await ask('DELETE', `/bans/${encodeURIComponent(source)}${query}`)
                        refresh()
                      }}
                    >
                      <p>It is heard again.</p>
                    </ConfirmButton>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
      <Limits />
    </div>
  )
}

function Limits() {
  const { answer, fault } = useAnswer<LimitsAnswer>('/limits', { everyMs: 2_000 })
  return (
    <section aria-label="limits">
      <h2>Limits</h2>
      <Fault text={fault} />
      <table>
        <thead>
          <tr>
            <th scope="col">per</th>
            <th scope="col" class="number">
              kept out
            </th>
          </tr>
        </thead>
        <tbody>
          {answer?.limits.map(({ per, exceeded }) => (
            <tr>
              <td>{per}</td>
              <td class="number">{exceeded}</td>
            </tr>
          ))}
          {Object.entries(answer?.counters ?? {}).map(([name, count]) => (
            <tr>
              <td class="quiet">all: {name}</td>
              <td class="number">{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
