/**
 * The callers of the demo: a process that places calls at a steady rate with npm `sip`.
 * Arguments: host:port of the balancer, own port, calls per second.
 */
import sip from 'sip'
import { type CallPlan, DemoCall } from './call.js'
import { liveWithParent, tellListening, tellParent, uniqueNames } from './far-end.js'
import { type CallersMessage, type StartMessage, type StopMessage } from './messages.js'

const [balancer = '', portText = '', cpsText = ''] = process.argv.slice(2)
const port = Number(portText)
const cps = Number(cpsText)
const tickMs = Math.min(50, 1_000 / cps)

const nextName = uniqueNames()
const calls = new Set<DemoCall>()
let started = 0
let placed = 0
let stopping = false
let timer: NodeJS.Timeout | undefined

liveWithParent()
process.on('message', (message: StartMessage | StopMessage) => {
  if (message.kind === 'start') start()
  else stop(message.limitMs)
})

const stack = sip.create(
  { address: '127.0.0.1', port, publicAddress: 'callers.invalid', tcp: false },
  () => undefined,
)
tellListening('callers')

function start(): void {
  started = performance.now()
  timer = setInterval(placeDueCalls, tickMs)
}

function placeDueCalls(): void {
  const due = Math.floor(((performance.now() - started) * cps) / 1_000)
  while (placed < due) {
    placed++
    place(planOf(placed))
  }
}

function place(plan: CallPlan): void {
  const call = new DemoCall(stack, plan, (outcome) => {
    calls.delete(call)
    tell({ kind: 'ended', outcome })
    if (stopping && calls.size === 0) tell({ kind: 'finished' })
  })
  calls.add(call)
  tell({ kind: 'placed' })
  call.start()
}

/** Every tenth caller hangs up while it rings, every fifth changes the session half way. */
function planOf(number: number): CallPlan {
  const hangsUp = number % 10 === 0
  return {
    uri: `sip:${hangsUp ? '9' : '1'}${String(number % 1_000).padStart(3, '0')}@${balancer}`,
    contact: `sip:caller${String(number)}@127.0.0.1:${String(port)}`,
    callId: `${nextName()}@callers.invalid`,
    tag: nextName(),
    cancelAfterMs: hangsUp ? 200 + (number % 3) * 100 : undefined,
    talkMs: 500 + (number % 9) * 250,
    reinvite: number % 5 === 2,
  }
}

function stop(limitMs: number): void {
  stopping = true
  clearInterval(timer)
  setTimeout(() => {
    for (const call of calls) call.giveUp()
  }, limitMs)
  if (calls.size === 0) tell({ kind: 'finished' })
}

function tell(message: CallersMessage): void {
  tellParent(message)
}
