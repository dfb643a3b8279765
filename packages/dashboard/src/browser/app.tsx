/** The frame of all views: who looks, how it is at a glance, where to go. */
import type { StatusAnswer } from './answers.js'
import { useEffect, useState } from 'preact/hooks'
import { useAnswer } from './answer.js'
import { ask, lookWhoAsks, said, session } from './api.js'
import { figuresOf } from './figures.js'
import { formatMs, formatShare } from './format.js'
import { listenToKeys } from './keys.js'
import { connection, goLive, pause, samples } from './live.js'
import { Login } from './login.js'
import { place, pages, type PageName } from './pages.js'
import { Fault } from './parts/fault.js'
import { KeysDialog } from './parts/keys-dialog.js'
import { useStore } from './store.js'
import { chooseTheme, chosenTheme, themes } from './theme.js'
import { Audit } from './views/audit.js'
import { Calls } from './views/calls.js'
import { Config } from './views/config.js'
import { Dispatcher } from './views/dispatcher.js'
import { Logs } from './views/logs.js'
import { Overview } from './views/overview.js'
import { Security } from './views/security.js'
import { Trace } from './views/trace.js'

const views: Readonly<Record<PageName, () => preact.JSX.Element>> = {
  ...{ overview: Overview, dispatcher: Dispatcher, calls: Calls, trace: Trace },
  ...{ security: Security, config: Config, logs: Logs, audit: Audit },
}

export function App() {
  const who = useStore(session)
  const [fault, setFault] = useState<string | undefined>(undefined)
  useEffect(() => {
    lookWhoAsks().catch((error: unknown) => setFault(said(error)))
  }, [])
  if (who === undefined) return <Fault text={fault} />
  return who === null ? <Login /> : <Frame />
}

function Frame() {
  const { page } = useStore(place)
  const [keys, setKeys] = useState(false)
  const [fault, setFault] = useState<string | undefined>(undefined)
  useEffect(() => {
    goLive().catch((error: unknown) => setFault(said(error)))
    return pause
  }, [])
  useEffect(() => listenToKeys(() => setKeys(true)), [])
  const View = views[page]
  return (
    <>
      <Head />
      <nav aria-label="Views">
        {pages.map(({ name, title, key }) => (
          <a
            href={`#/${name}`}
            aria-current={name === page ? 'page' : undefined}
            title={`keys: g ${key}`}
          >
            {title}
          </a>
        ))}
      </nav>
      <main aria-label={page}>
        <Fault text={fault} />
        <View />
      </main>
      {keys && <KeysDialog close={() => setKeys(false)} />}
    </>
  )
}

function Head() {
  const { answer: status } = useAnswer<StatusAnswer>('/status', { everyMs: 10_000 })
  const recent = useStore(samples)
  const { cps, asr, ner, p95Ms } = figuresOf(recent)
  const last = recent.at(-1)
  const ready = last?.ready ?? status?.ready
  return (
    <header>
      <strong>{status?.node ?? 'sipwright'}</strong>
      <span class={ready === false ? 'bad' : 'good'} title={status?.reasons.join(', ')}>
        {ready === false ? '✖ not ready' : '● ready'}
      </span>
      <span class="quiet">
        v{status?.version} · {status?.workers.count} worker{status?.workers.count === 1 ? '' : 's'}
      </span>
      <span class="figures">
        <Figure name="calls" value={String(last?.calls ?? '–')} of="calls in progress" />
        <Figure name="cps" value={cps.toFixed(1)} of="call attempts a second that ended" />
        <Figure name="ASR" value={formatShare(asr)} of="answered, of all attempts (1 min)" />
        <Figure name="NER" value={formatShare(ner)} of="not failed by the network (1 min)" />
        <Figure
          name="p95"
          value={formatMs(p95Ms ?? 0)}
          of="post-dial: 95 of 100 calls had a first response by then (1 min)"
        />
      </span>
      <LiveButton />
      <Who />
    </header>
  )
}

function Figure({ name, value, of }: { name: string; value: string; of: string }) {
  return (
    <span title={of} data-figure={name}>
      <span class="quiet">{name} </span>
      <b>{value}</b>
    </span>
  )
}

function LiveButton() {
  const state = useStore(connection)
  const words = { live: '● live', connecting: '… connecting', lost: '✖ lost', paused: '■ paused' }
  return (
    <button
      class={state === 'lost' ? 'bad' : ''}
      aria-label={state === 'paused' ? 'Go on live' : 'Pause'}
      onClick={() => (state === 'paused' ? void goLive() : pause())}
    >
      {words[state]}
    </button>
  )
}

function Who() {
  const who = useStore(session)
  const [theme, setTheme] = useState(chosenTheme)
  return (
    <>
      <select
        aria-label="Colours"
        value={theme}
        onChange={({ currentTarget: { value } }) => {
          const chosen = themes.find((each) => each === value) ?? 'system'
          chooseTheme(chosen)
          setTheme(chosen)
        }}
      >
        {themes.map((each) => (
          <option value={each}>{each}</option>
        ))}
      </select>
      <span class="quiet" title={`may ${who?.scope ?? 'nothing'}`}>
        {who?.name}
      </span>
      {who?.by === 'session' && (
        <button
          onClick={() => {
            void ask('DELETE', '/session').finally(() => session.set(null))
          }}
        >
          log out
        </button>
      )}
    </>
  )
}
