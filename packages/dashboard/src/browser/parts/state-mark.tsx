/** A state: shape, colour and word. */
import { shownState, type State } from '../states.js'

export function StateMark({ state }: { state: State }) {
  const { word, shape } = shownState(state)
  return (
    <span class={`state ${state}`}>
      <span aria-hidden="true">{shape}</span> {word}
    </span>
  )
}
