/** What callers were answered in the last minute. */
import { type Figures } from '../figures.js'
import { formatShare } from '../format.js'

export function ResponseMix({ mix }: Pick<Figures, 'mix'>) {
  if (mix.length === 0) return <p class="quiet">No call has ended in the last minute.</p>
  return (
    <div class="mix">
      {mix.slice(0, 8).map(({ code, count, share }) => (
        <>
          <b class={classOf(code)}>{code}</b>
          <meter aria-label={`share of ${code}`} value={share} />
          <span title={`${count} responses`}>{formatShare(share)}</span>
        </>
      ))}
    </div>
  )
}

function classOf(code: string): string {
  if (code.startsWith('2')) return 'good'
  return code.startsWith('5') ? 'bad' : 'warn'
}
