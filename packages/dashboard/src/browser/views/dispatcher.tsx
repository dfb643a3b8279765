/** Sets and their destinations; what another reading of the sources would change; who would be tried, and why. */
import type { SetsAnswer } from '../answers.js'
import { useState } from 'preact/hooks'
import { useAnswer } from '../answer.js'
import { dispatcherNews } from '../live.js'
import { DestinationSet } from '../parts/destination-set.js'
import { Explain } from '../parts/explain.js'
import { Fault } from '../parts/fault.js'
import { Filter } from '../parts/filter.js'
import { Reload } from '../parts/reload.js'
import { useStore } from '../store.js'

export function Dispatcher() {
  const news = useStore(dispatcherNews)
  const { answer, fault } = useAnswer<SetsAnswer>('/dispatcher/sets', { everyMs: 2_000, news })
  const [filter, setFilter] = useState('')
  return (
    <>
      <div class="bar">
        <Filter label="destination, state, reason" value={filter} set={setFilter} />
        <span class="quiet">revision {answer?.revision}</span>
        <Reload path="/dispatcher/reload" />
      </div>
      <Fault text={fault} />
      {answer?.sets.map((set) => (
        <DestinationSet key={set.id} set={set} filter={filter} />
      ))}
      {answer !== undefined && <Explain sets={answer.sets.map(({ id }) => id)} />}
    </>
  )
}
