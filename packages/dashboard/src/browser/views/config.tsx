/** The configuration in force, and what another reading of it would change. */
import { useState } from 'preact/hooks'
import { useAnswer } from '../answer.js'
import { Fault } from '../parts/fault.js'
import { Filter } from '../parts/filter.js'
import { Reload } from '../parts/reload.js'

export function Config() {
  const { answer, fault } = useAnswer<Readonly<Record<string, unknown>>>('/config')
  const [filter, setFilter] = useState('')
  return (
    <>
      <div class="bar">
        <Filter label="section" value={filter} set={setFilter} />
        <span class="quiet">Secrets are not shown. Reload says first what would differ.</span>
        <Reload path="/config/reload" />
      </div>
      <Fault text={fault} />
      {Object.entries(answer ?? {})
        .filter(([section]) => section.includes(filter))
        .map(([section, value]) => (
          <section key={section} aria-label={section}>
            <h2>{section}</h2>
            <pre>{JSON.stringify(value, null, 2)}</pre>
          </section>
        ))}
    </>
  )
}
