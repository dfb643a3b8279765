/** Reads something again: first what would differ, then, if one says so, it is applied. */
import { useState } from 'preact/hooks'
import { ask, may, said } from '../api.js'
import { dispatcherNews } from '../live.js'
import { Confirm } from './confirm.js'
import { Fault } from './fault.js'

/** What reloads of the dispatcher and of the configuration have in common, and what one of them has. */
interface Differs {
  readonly lines: readonly string[]
  readonly warnings?: readonly string[]
  readonly callsAffected?: number
  readonly restart?: readonly string[]
}

export function Reload({ path }: { path: '/dispatcher/reload' | '/config/reload' }) {
  const [differs, setDiffers] = useState<Differs | undefined>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const look = (): void => {
    ask<Differs>('POST', `${path}?dryRun=true`).then(
      (found) => {
        setDiffers(found)
        setFault(undefined)
      },
      (error: unknown) => setFault(said(error)),
    )
  }
  const apply = async (reason: string | undefined): Promise<void> => {
    await ask('POST', path, reason === undefined ? {} : { reason })
    dispatcherNews.set(dispatcherNews.value + 1)
  }
  return (
    <>
      <button disabled={!may('admin')} onClick={look}>
        reload ⟳
      </button>
      <Fault text={fault} />
      {differs !== undefined && (
        <Confirm title="apply" run={apply} close={() => setDiffers(undefined)}>
          {differs.lines.length === 0 && <p>Nothing differs.</p>}
          <pre>{differs.lines.join('\n')}</pre>
          {differs.callsAffected !== undefined && (
            <p class="quiet">
              {differs.callsAffected} calls are in progress on what goes away; they go on.
            </p>
          )}
          {differs.restart !== undefined && differs.restart.length > 0 && (
            <p class="notice">Needs a restart: {differs.restart.join(', ')}</p>
          )}
          {differs.warnings?.map((warning) => (
            <p class="notice">{warning}</p>
          ))}
        </Confirm>
      )}
    </>
  )
}
