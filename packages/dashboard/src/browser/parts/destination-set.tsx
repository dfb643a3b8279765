/** One set: each destination with its state, why, since when, how much it carries, and what one may do with it. */
import type { DestinationAnswer, SetAnswer } from '../answers.js'
import { formatMs, formatShare, formatSince } from '../format.js'
import { perSecond } from '../history.js'
import { past } from '../live.js'
import { useStore } from '../store.js'
import { DestinationActions } from './destination-actions.js'
import { HealthStrip } from './health-strip.js'
import { Sparkline } from './sparkline.js'
import { StateMark } from './state-mark.js'

export interface DestinationSetProps {
  readonly set: SetAnswer
  /** A part of id, URI, state or reason. */
  readonly filter: string
}

export function DestinationSet({ set, filter }: DestinationSetProps) {
  const { id, algorithm, counts, panics, destinations } = set
  const shown = destinations.filter((each) =>
    [each.id, each.uri, each.state, each.reason].some((text) =>
      text.toLowerCase().includes(filter.toLowerCase()),
    ),
  )
  const title = `Set ${id} · ${algorithm} · ${counts.usable}/${counts.total} usable`
  return (
    <section aria-label={`set ${id}`}>
      <h2>{title}</h2>
      {panics && (
        <p class="notice" role="alert">
          So few are well that health is ignored: all that may be are tried.
        </p>
      )}
      <table>
        <thead>
          <tr>
            <th scope="col">destination</th>
            <th scope="col">state</th>
            <th scope="col">why</th>
            <th scope="col">since</th>
            <th scope="col" class="number">
              calls/max
            </th>
            <th scope="col" class="number">
              share
            </th>
            <th scope="col" class="number">
              weight
            </th>
            <th scope="col">latency</th>
            <th scope="col">health 15 min</th>
            <th scope="col">actions</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((destination) => (
            <Row key={destination.id} destination={destination} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Seconds over which shares are told. */
const shareSeconds = 60

function Row({ destination }: { destination: DestinationAnswer }) {
  const { id, set, uri, state, reason, since, load, caps, weight, weightEffective } = destination
  const { at, tracks } = useStore(past)
  const track = tracks.find((each) => each.set === set && each.id === id)
  const recent = (attempts: readonly number[]): number =>
    perSecond(attempts, at)
      .slice(-shareSeconds)
      .reduce((sum, each) => sum + each, 0)
  const all = tracks
    .filter((each) => each.set === set)
    .reduce((sum, { attempts }) => sum + recent(attempts), 0)
  const share = track === undefined || all === 0 ? undefined : recent(track.attempts) / all
  const who = destination.admin.state === 'ready' ? '' : ` (${destination.admin.who ?? 'somebody'})`
  return (
    <tr data-destination={id} data-state={state} class={state === 'inactive' ? 'inactive-row' : ''}>
      <td title={uri}>
        <b>{id}</b> <span class="quiet">{uri.replace(/^sips?:/, '')}</span>
      </td>
      <td>
        <StateMark state={state} />
      </td>
      <td class="wrap">
        {reason}
        {who}
      </td>
      <td>{formatSince(since, Date.now())}</td>
      <td class="number">
        {load.calls}/{caps.calls === 0 ? '∞' : caps.calls}
        {destination.full && <b class="warn"> FULL</b>}
      </td>
      <td class="number">{formatShare(share)}</td>
      <td class="number">
        {weightEffective === weight ? weight : `${Math.round(weightEffective)}→${weight}`}
      </td>
      <td class="whole">
        <Sparkline values={track?.latencyMs.slice(-120) ?? []} label={`latency of ${id}`} />{' '}
        {formatMs(destination.latency.estimateMs)}
      </td>
      <td>
        <HealthStrip states={track?.states ?? ''} id={id} />
      </td>
      <td class="whole">
        <DestinationActions destination={destination} />
      </td>
    </tr>
  )
}
