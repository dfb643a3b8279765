/** How it is at a glance: traffic by destination, what callers are answered, what is wrong. */
import type { SetsAnswer } from '../answers.js'
import { useMemo, useState } from 'preact/hooks'
import { useAnswer } from '../answer.js'
import { figuresOf } from '../figures.js'
import { perSecond, smoothed } from '../history.js'
import { dispatcherNews, past, samples } from '../live.js'
import { DestinationSet } from '../parts/destination-set.js'
import { Fault } from '../parts/fault.js'
import { ProgramActions } from '../parts/program-actions.js'
import { ResponseMix } from '../parts/response-mix.js'
import { TrafficChart } from '../parts/traffic-chart.js'
import { useStore } from '../store.js'

const measures = { cps: 'new calls a second', calls: 'calls in progress' } as const
const minutes = [1, 5, 15] as const
/** Seconds that a point of the curve is the mean of. */
const smoothing = 5

export function Overview() {
  const { at, tracks } = useStore(past)
  const { mix } = figuresOf(useStore(samples))
  const news = useStore(dispatcherNews)
  const { answer, fault } = useAnswer<SetsAnswer>('/dispatcher/sets', { everyMs: 2_000, news })
  const [measure, setMeasure] = useState<keyof typeof measures>('cps')
  const [span, setSpan] = useState<number>(5)
  const seconds = span * 60
  const times = useMemo(() => at.slice(-seconds), [at, seconds])
  const layers = useMemo(
    () =>
      tracks.map(({ set, id, calls, attempts }) => ({
        name: new Set(tracks.map((each) => each.set)).size > 1 ? `${set} ${id}` : id,
        values: (measure === 'calls' ? calls : smoothed(perSecond(attempts, at), smoothing)).slice(
          -seconds,
        ),
      })),
    [tracks, measure, seconds],
  )
  return (
    <>
      <div class="columns">
        <section aria-label="Traffic">
          <div class="bar">
            <h2>Traffic by destination</h2>
            <select
              aria-label="Measure"
              value={measure}
              onChange={({ currentTarget }) =>
                setMeasure(currentTarget.value === 'calls' ? 'calls' : 'cps')
              }
            >
              {Object.entries(measures).map(([name, title]) => (
                <option value={name}>{title}</option>
              ))}
            </select>
            <select
              aria-label="Time span"
              value={span}
              onChange={({ currentTarget }) => setSpan(Number(currentTarget.value))}
            >
              {minutes.map((each) => (
                <option value={each}>{each} min</option>
              ))}
            </select>
          </div>
          {layers.length > 0 && (
            <TrafficChart
              at={times}
              layers={layers}
              label={`${measures[measure]} by destination, ${span} minutes`}
            />
          )}
        </section>
        <section aria-label="Response mix">
          <h2>Response mix (1 min)</h2>
          <ResponseMix mix={mix} />
        </section>
      </div>
      <ProgramActions />
      <Fault text={fault} />
      {answer?.sets.map((set) => (
        <DestinationSet set={set} filter="" />
      ))}
    </>
  )
}
