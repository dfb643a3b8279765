/** Traffic by destination, one on the other. */
import { useEffect, useMemo, useRef } from 'preact/hooks'
import uPlot from 'uplot'

/** Okabe and Ito. */
const palette = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#8f8f00']
const dashes = [[], [6, 3], [2, 2], [8, 3, 2, 3]]
const height = 220

export interface Layer {
  readonly name: string
  readonly values: readonly number[]
}

export interface TrafficChartProps {
  /** Milliseconds since 1970. */
  readonly at: readonly number[]
  readonly layers: readonly Layer[]
  readonly label: string
}

export function TrafficChart({ at, layers, label }: TrafficChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | undefined>(undefined)
  const names = layers.map(({ name }) => name).join('\n')
  const data = useMemo(() => stacked(at, layers), [at, layers])
  useEffect(() => {
    const room = place.current!
    const made = new uPlot(optionsOf(room, names.split('\n')), data, room)
    chart.current = made
    const resized = new ResizeObserver(() => made.setSize({ width: room.clientWidth, height }))
    resized.observe(room)
    return () => {
      resized.disconnect()
      chart.current = undefined
      made.destroy()
    }
  }, [names])
  useEffect(() => chart.current?.setData(data), [data])
  return <div ref={place} role="img" aria-label={label} />
}

/** Each layer's upper edge: what is below it is in it. The uppermost comes first, so that the others are drawn over it. */
function stacked(at: readonly number[], layers: readonly Layer[]): uPlot.AlignedData {
  const sums = new Array<number>(at.length).fill(0)
  const edges = layers.map(({ values }) => {
    values.forEach((value, index) => (sums[index]! += value))
    return [...sums]
  })
  return [at.map((ms) => ms / 1_000), ...edges.reverse()]
}

function clockTimes(_chart: uPlot, seconds: readonly number[]): string[] {
  return seconds.map((each) => new Date(each * 1_000).toLocaleTimeString('en-GB'))
}

function optionsOf(place: HTMLElement, names: readonly string[]): uPlot.Options {
  const quiet = getComputedStyle(place).getPropertyValue('color')
  const axis = { stroke: quiet, grid: { stroke: '#8883', width: 1 }, ticks: { show: false } }
  return {
    width: place.clientWidth,
    height,
    legend: { live: false },
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_chart, _least, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [
      { ...axis, space: 80, values: clockTimes },
      { ...axis, size: 40 },
    ],
    series: [
      {},
      ...names
        .map((name, index): uPlot.Series => {
          const stroke = palette[index % palette.length]!
          const dash = dashes[index % dashes.length]!
          return {
            label: name,
            stroke,
            fill: stroke,
            dash,
            width: 1.5,
            points: { show: false },
          }
        })
        .reverse(),
    ],
  }
}
