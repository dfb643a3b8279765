/** Who would be tried for a call, in what order, and why the others would not. */
import type { ExplanationAnswer } from '../answers.js'
import { useState } from 'preact/hooks'
import { read, said } from '../api.js'
import { Fault } from './fault.js'

const keys = { uri: 'Request-URI', from: 'From', to: 'To', callId: 'Call-ID' } as const

export function Explain({ sets }: { sets: readonly string[] }) {
  const [asked, setAsked] = useState<Readonly<Record<string, string>>>({})
  const [explanation, setExplanation] = useState<ExplanationAnswer | undefined>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const explain = (event: Event): void => {
    event.preventDefault()
    read<ExplanationAnswer>('/dispatcher/explain', { set: sets[0] ?? '', ...asked }).then(
      (found) => {
        setExplanation(found)
        setFault(undefined)
      },
      (error: unknown) => setFault(said(error)),
    )
  }
  return (
    <section aria-label="explain">
      <form class="bar" onSubmit={explain}>
        <h2>Where would a call go?</h2>
        <select
          aria-label="Set"
          onChange={({ currentTarget }) => setAsked({ ...asked, set: currentTarget.value })}
        >
          {sets.map((set) => (
            <option value={set}>set {set}</option>
          ))}
        </select>
        {Object.entries(keys).map(([key, label]) => (
          <input
            aria-label={label}
            placeholder={label}
            value={asked[key] ?? ''}
            onInput={({ currentTarget }) => setAsked({ ...asked, [key]: currentTarget.value })}
          />
        ))}
        <button type="submit">explain</button>
      </form>
      <Fault text={fault} />
      {explanation !== undefined && <pre>{explanation.text}</pre>}
    </section>
  )
}
