/** Who has changed what, and why. */
import type { AuditAnswer } from '../answers.js'
import { useState } from 'preact/hooks'
import { useAnswer } from '../answer.js'
import { formatTime } from '../format.js'
import { auditNews } from '../live.js'
import { Fault } from '../parts/fault.js'
import { Filter } from '../parts/filter.js'
import { useStore } from '../store.js'

export function Audit() {
  const news = useStore(auditNews)
  const { answer, fault } = useAnswer<AuditAnswer>('/audit', { query: { limit: '200' }, news })
  const [filter, setFilter] = useState('')
  return (
    <section aria-label="audit">
      <div class="bar">
        <h2>Changes</h2>
        <Filter label="who, what, why" value={filter} set={setFilter} />
      </div>
      <Fault text={fault} />
      {answer?.entries.length === 0 && <p class="quiet">Nobody has changed anything.</p>}
      <table>
        <thead>
          <tr>
            {['at', 'who', 'from', 'what', 'of', 'why', 'became', 'before and after'].map(
              (name) => (
                <th scope="col">{name}</th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {answer?.entries
            .filter((entry) => JSON.stringify(entry).toLowerCase().includes(filter.toLowerCase()))
            .map((entry) => (
              <tr key={entry.id}>
                <td>{formatTime(entry.at)}</td>
                <td>{entry.who}</td>
                <td>{entry.source}</td>
                <td>{entry.action}</td>
                <td>{entry.target}</td>
                <td class="wrap">{entry.reason ?? '–'}</td>
                <td class={entry.outcome === 'done' ? 'good' : 'bad'}>
                  {entry.outcome === 'done' ? '✔ done' : `✖ ${entry.error ?? 'refused'}`}
                </td>
                <td>
                  <details>
                    <summary>show</summary>
                    <pre>
                      {JSON.stringify({ before: entry.before, after: entry.after }, null, 2)}
                    </pre>
                  </details>
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  )
}
