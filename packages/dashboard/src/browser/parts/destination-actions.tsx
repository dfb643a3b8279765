/** What an operator may say of a destination; each asks first. */
import type { DestinationAnswer, ProbeAnswer } from '../answers.js'
import { useState } from 'preact/hooks'
import { ask, may } from '../api.js'
import { dispatcherNews } from '../live.js'
import { Confirm } from './confirm.js'
import { Dialog } from './dialog.js'

const actions = {
  drain: 'No new calls; those in progress go on.',
  undrain: 'New calls again.',
  maintenance: 'No new calls: somebody works on it.',
  disable: 'No new calls, and no probes.',
  enable: 'New calls and probes again.',
  probe: 'Asks it now whether it lives.',
} as const
type Action = keyof typeof actions

const offered: Readonly<Record<DestinationAnswer['admin']['state'], readonly Action[]>> = {
  ready: ['drain', 'maintenance', 'disable', 'probe'],
  drain: ['undrain', 'maintenance', 'disable', 'probe'],
  maintenance: ['enable', 'disable', 'probe'],
  disabled: ['enable', 'maintenance', 'probe'],
}

export function DestinationActions({ destination }: { destination: DestinationAnswer }) {
  const { set, id, load } = destination
  const [action, setAction] = useState<Action | undefined>(undefined)
  const [found, setFound] = useState<ProbeAnswer | undefined>(undefined)
  const path = `/dispatcher/sets/${encodeURIComponent(set)}/destinations/${encodeURIComponent(id)}`
  const run = async (chosen: Action, reason: string | undefined): Promise<void> => {
    const answer = await ask('POST', `${path}/actions/${chosen}`, { reason })
    if (chosen === 'probe') setFound(answer as ProbeAnswer)
    dispatcherNews.set(dispatcherNews.value + 1)
  }
  const first = offered[destination.admin.state][0]!
  return (
    <>
      <button
        disabled={!may('operate')}
        aria-label={`${first} ${id}`}
        onClick={() => setAction(first)}
      >
        {first}
      </button>{' '}
      <select
        aria-label={`more for ${id}`}
        disabled={!may('operate')}
        value=""
        onChange={({ currentTarget }) => {
          setAction(offered[destination.admin.state].find((each) => each === currentTarget.value))
          currentTarget.value = ''
        }}
      >
        <option value="">…</option>
        {offered[destination.admin.state].slice(1).map((each) => (
          <option value={each}>{each}</option>
        ))}
      </select>
      {action !== undefined && (
        <Confirm
          title={`${action} ${id}`}
          run={(reason) => run(action, reason)}
          close={() => setAction(undefined)}
        >
          <p>{actions[action]}</p>
          <p class="quiet">
            {load.calls} call{load.calls === 1 ? '' : 's'} in progress on it.
          </p>
        </Confirm>
      )}
      {found !== undefined && (
        <Dialog title={`probe ${id}`} close={() => setFound(undefined)}>
          {found.findings.length === 0 && <p>It is not probed.</p>}
          {found.findings.map(({ signal, state, reason }) => (
            <p>
              <b class={state === 'up' ? 'good' : 'bad'}>
                {signal} {state}
              </b>{' '}
              {reason}
            </p>
          ))}
          <button onClick={() => setFound(undefined)}>close</button>
        </Dialog>
      )}
    </>
  )
}
