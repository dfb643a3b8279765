/** The ladder: lanes, arrows with their times, and beside them what was decided. */
import { type Lane, type Row, timesOf } from '../ladder.js'

const left = 170
const laneWidth = 210
const rowHeight = 26
const top = 44
const decisionWidth = 330

export interface LadderPictureProps {
  readonly lanes: readonly Lane[]
  readonly rows: readonly Row[]
  /** The index of the entry that is shown beside it. */
  readonly chosen: number | undefined
  readonly choose: (index: number) => void
}

export function LadderPicture({ lanes, rows, chosen, choose }: LadderPictureProps) {
  const height = top + rows.length * rowHeight + 8
  const lastLane = xOf(lanes.length - 1)
  const width = lastLane + Math.max(laneWidth / 2, decisionWidth)
  return (
    <div class="ladder">
      <svg width={width} height={height} aria-label="ladder" role="group">
        {lanes.map(({ name, address }, index) => (
          <g>
            <text x={xOf(index)} y={16} text-anchor="middle" font-weight="bold">
              {name}
            </text>
            <text x={xOf(index)} y={32} text-anchor="middle" class="quiet">
              {address}
            </text>
            <line class="lane" x1={xOf(index)} x2={xOf(index)} y1={38} y2={height} />
          </g>
        ))}
        {rows.map((row, place) => (
          <g
            key={row.index}
            role="button"
            tabIndex={0}
            class={`${row.kind} ${row.index === chosen ? 'chosen' : ''}`}
            data-row={row.kind}
            aria-label={labelOf(row, lanes)}
            aria-pressed={row.index === chosen}
            transform={`translate(0 ${top + place * rowHeight})`}
            onClick={() => choose(row.index)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' && event.key !== ' ') return
              event.preventDefault()
              choose(row.index)
            }}
          >
            <rect class="row" width={width} height={rowHeight} />
            {row.kind === 'message' ? <Arrow row={row} /> : <Decided row={row} />}
          </g>
        ))}
      </svg>
    </div>
  )
}

function Arrow({ row: { message, from, to } }: { row: Extract<Row, { kind: 'message' }> }) {
  const { clock, offset } = timesOf(message)
  const [start, end] = [xOf(from), xOf(to)]
  const back = end < start ? 1 : -1
  const middle = (start + end) / 2
  return (
    <g class={classOf(message.label)}>
      <text x={6} y={18} class="quiet">
        {clock} {offset}
      </text>
      <path class={`arrow ${message.retransmission ? 'again' : ''}`} d={`M${start} 20H${end}`} />
      <path class="head" d={`M${end} 20l${back * 8} -4v8z`} />
      <text x={middle} y={14} text-anchor="middle">
        {message.retransmission ? `↻ ${message.label}` : message.label}
      </text>
    </g>
  )
}

function Decided({ row: { decision, lane } }: { row: Extract<Row, { kind: 'decision' }> }) {
  const { clock, offset } = timesOf(decision)
  const x = xOf(lane)
  return (
    <>
      <text x={6} y={18}>
        {clock} {offset}
      </text>
      <circle class="head calm" cx={x} cy={14} r={4} />
      <text x={x + 12} y={18}>
        {decision.what === 'failover' ? '⤳ ' : '▸ '}
        {decision.text}
      </text>
    </>
  )
}

function xOf(lane: number): number {
  return left + laneWidth / 2 + lane * laneWidth
}

/** Failures and successes differ in colour; their status says so anyway. */
function classOf(label: string): string {
  if (/^2\d\d/.test(label)) return 'good'
  return /^[56]\d\d/.test(label) ? 'bad' : /^4\d\d/.test(label) ? 'warn' : ''
}

function labelOf(row: Row, lanes: readonly Lane[]): string {
  if (row.kind === 'decision') return `decided: ${row.decision.text}`
  const { label, retransmission } = row.message
  const parties = `${lanes[row.from]?.name ?? ''} to ${lanes[row.to]?.name ?? ''}`
  return `${label}${retransmission ? ' again' : ''}, ${parties}`
}
