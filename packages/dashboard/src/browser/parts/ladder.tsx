/** One call: its ladder, what is chosen in it, and the files one may take along. */
import { useState } from 'preact/hooks'
import type { TraceAnswer } from '../answers.js'
import { useAnswer } from '../answer.js'
import { lanesOf, rowsOf } from '../ladder.js'
import { EntryDetail } from './entry-detail.js'
import { Fault } from './fault.js'
import { LadderPicture } from './ladder-picture.js'

const files = { text: 'txt', mermaid: 'mmd', pcap: 'pcap' } as const

export function Ladder({ id }: { id: string }) {
  const path = `/traces/${encodeURIComponent(id)}`
  const { answer, fault } = useAnswer<TraceAnswer>(path, { everyMs: 2_000 })
  const [hidden, setHidden] = useState({ retransmissions: false, provisional100: false })
  const [chosen, setChosen] = useState<number | undefined>(undefined)
  if (answer === undefined) return <Fault text={fault} />
  const box = (key: keyof typeof hidden, label: string) => (
    <label>
      <input
        type="checkbox"
        checked={hidden[key]}
        onChange={({ currentTarget }) => setHidden({ ...hidden, [key]: currentTarget.checked })}
      />{' '}
      {label}
    </label>
  )
  return (
    <>
      <section aria-label="ladder of a call" data-trace={answer.id} data-state={answer.state}>
        <div class="bar">
          <h2>
            {answer.method} {answer.callId} · {answer.state}
            {answer.status !== null && ` ${answer.status}`}
          </h2>
          {box('provisional100', 'hide 100')}
          {box('retransmissions', 'hide what was sent again')}
          {Object.entries(files).map(([format, ending]) => (
            <a href={`/api/v1${path}/${format}`} download={`trace-${id}.${ending}`}>
              {format}
            </a>
          ))}
        </div>
        <Fault text={fault} />
        <LadderPicture
          lanes={lanesOf(answer)}
          rows={rowsOf(answer, hidden)}
          chosen={chosen}
          choose={setChosen}
        />
        {answer.omitted > 0 && (
          <p class="notice">{answer.omitted} more came when this trace was full.</p>
        )}
      </section>
      {chosen === undefined ? (
        <p class="quiet">Choose a row: the whole message, and what differs from the one before.</p>
      ) : (
        <EntryDetail entries={answer.entries} index={chosen} />
      )}
    </>
  )
}
