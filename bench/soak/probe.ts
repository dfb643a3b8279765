/**
 * Runs inside the balancer, brought in by `--import`: writes what only the process itself knows to the file
 * of SIPWRIGHT_SOAK_PROBE, a line of JSON every ten seconds. Nothing of it is in the product.
 */
import { appendFileSync } from 'node:fs'
import {
  constants,
  type NodeGCPerformanceDetail,
  type PerformanceEntry,
  PerformanceObserver,
} from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import type * as Layer from '../../packages/framework/dist/transaction/layer.js'

const file = process.env['SIPWRIGHT_SOAK_PROBE']
const intervalMs = 10_000

/** The transaction layer of this process, once a request has come. */
let layer: Layer.TransactionLayer | undefined = undefined
/** What the last full collection left. */
let heap: number | undefined = undefined

if (file !== undefined) {
  // Left alone, a heap grows to four times what lives in it before it is collected as a whole, and memory tells of rubbish. One that is
  // asked for (`--expose-gc`) would halt the balancer for most of a second; these run beside it.
  setFlagsFromString('--heap-growing-percent=25')
  await watchForLayer()
  new PerformanceObserver((list) => {
    const collections = list.getEntries() as (PerformanceEntry & {
      readonly detail?: NodeGCPerformanceDetail
    })[]
    if (collections.some(({ detail }) => detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR)) {
      heap = process.memoryUsage().heapUsed
    }
  }).observe({ entryTypes: ['gc'] })
  setInterval(() => look(file), intervalMs).unref()
}

/** The first request shows the layer; from then on its method is its own again. */
async function watchForLayer(): Promise<void> {
  const path = '../../../packages/framework/dist/transaction/layer.js'
  const { TransactionLayer } = (await import(new URL(path, import.meta.url).href)) as typeof Layer
  const methods = TransactionLayer.prototype
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is put back as it was, and called on its own object
  const { receiveRequest } = methods
  methods.receiveRequest = function (this: Layer.TransactionLayer, ...input) {
    found(this)
    methods.receiveRequest = receiveRequest
    return receiveRequest.apply(this, input)
  }
}

function found(it: Layer.TransactionLayer): void {
  layer = it
}

function look(to: string): void {
  const { external } = process.memoryUsage()
  const line = {
    ...{ time: Date.now(), pid: process.pid, heap, external },
    resources: process.getActiveResourcesInfo().length,
    ...(layer !== undefined && { transactions: layer.servers + layer.clients }),
  }
  appendFileSync(to, `${JSON.stringify(line)}\n`)
}
