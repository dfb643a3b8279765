/** How a destination was: each state has its colour and its height, so that one sees it without colours, too. */
import { shownState, spansOf, type State } from '../states.js'

const width = 150
const height = 16

const heights: Readonly<Record<State, number>> = {
  ...{ active: 1, trying: 0.65, inactive: 0.3, busy: 0.65 },
  ...{ drain: 0.5, maintenance: 0.5, disabled: 0.5 },
}

export function HealthStrip({ states, id }: { states: string; id: string }) {
  const second = width / Math.max(1, states.length)
  const spans = spansOf(states)
  const changes = spans.length
  return (
    <svg
      class="strip"
      role="img"
      aria-label={`health of ${id}: ${changes} state${changes === 1 ? '' : 's'} in a row`}
      width={width}
      height={height}
    >
      {spans.map(({ state, from, length }) => (
        <rect
          class={state}
          x={from * second}
          width={Math.max(1, length * second)}
          y={height * (1 - heights[state])}
          height={height * heights[state]}
        >
          <title>{`${shownState(state).word} ${length} s`}</title>
        </rect>
      ))}
    </svg>
  )
}
