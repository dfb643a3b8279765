/** One message whole, with what differs from the one before; or one decision with all that it knew. */
import type { TraceEntry } from '../answers.js'
import { difference } from '../difference.js'
import { previousOf } from '../ladder.js'

export interface EntryDetailProps {
  readonly entries: readonly TraceEntry[]
  readonly index: number
}

export function EntryDetail({ entries, index }: EntryDetailProps) {
  const entry = entries[index]
  if (entry === undefined) return null
  if (entry.kind === 'decision') {
    return (
      <section aria-label="decision">
        <h2>{entry.text}</h2>
        <table>
          <tbody>
            {Object.entries(entry.detail).map(([key, value]) => (
              <tr>
                <th scope="row">{key}</th>
                <td class="wrap">
                  <pre>{typeof value === 'string' ? value : JSON.stringify(value, null, 2)}</pre>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    )
  }
  const previous = previousOf(entries, index)
  const lines =
    previous === undefined
      ? entry.text.split(/\r?\n/).map((text) => ({ kind: 'same' as const, text }))
      : difference(previous.text, entry.text)
  return (
    <section aria-label="message">
      <h2>
        {entry.label} <span class="quiet">{entry.cseq}</span>
      </h2>
      <p class="quiet">
        {entry.from} → {entry.to} ({entry.transport})
        {previous !== undefined && `; against ${previous.label} from ${previous.from}`}
      </p>
      <pre>
        {lines.map(({ kind, text }) => {
          if (kind === 'added') return <ins>{`+ ${text}\n`}</ins>
          if (kind === 'removed') return <del>{`- ${text}\n`}</del>
          return `  ${text}\n`
        })}
      </pre>
    </section>
  )
}
