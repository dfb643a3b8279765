/** A curve as small as a word. */
const width = 90
const height = 18

export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const most = Math.max(1e-9, ...values)
  const step = width / Math.max(1, values.length - 1)
  const points = values
    .map((value, index) => {
      const y = height - 1 - (value / most) * (height - 2)
      return `${(index * step).toFixed(1)},${y.toFixed(1)}`
    })
    .join(' ')
  return (
    <svg class="spark" role="img" aria-label={label} width={width} height={height}>
      <polyline points={points} fill="none" stroke="currentColor" stroke-width="1.2" />
    </svg>
  )
}
