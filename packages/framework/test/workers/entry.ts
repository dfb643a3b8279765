/** What the workers of `start-workers.test.ts` run: an app that answers OPTIONS, or the fault that its data asks for. */
import { createApp, joinWorkers, OnRequest, Routes, type RequestContext } from '#src/index.js'

const worker = await joinWorkers()
if (worker.data === 'fail') process.exit(3)
const quiet = { error() {}, warn() {}, info() {}, debug() {} }

@Routes()
class Answer {
  @OnRequest('OPTIONS')
  options(ctx: RequestContext) {
    return ctx.reply(200)
  }
}

const app = await createApp({ worker, routes: [Answer], log: quiet })
let fault: unknown
worker.onReload((data) => {
  if (data === 'fault') throw fault
  while (data === 'stand still') performance.now()
  if (data === 'refuse') throw new Error(`worker ${worker.workers.index} refuses`)
})
await app.listen()
try {
  worker.onStop(() => undefined)
} catch (error) {
  fault = error
}
