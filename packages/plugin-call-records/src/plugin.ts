/** Call records as a plugin: follows calls by the hooks, writes each at its end. */
import { definePlugin } from '@sipwright/framework'
import { Calls } from './calls.js'
import { callRecordsConfig } from './config.js'
import { RecordFile } from './record-file.js'
import { Webhook } from './webhook.js'

/** What waits for a webhook at the end has so long. */
const closeMs = 3_000

/** `callRecords({ file: '/var/log/sipwright/calls.jsonl' })` */
export const callRecords = definePlugin({
  name: 'call-records',
  config: callRecordsConfig,
  setup(host, { file: path, webhook: webhookOptions, maxCalls }) {
    const { clock, log } = host
    const file = path === undefined ? undefined : new RecordFile(path, log)
    const webhook = webhookOptions && new Webhook(webhookOptions, clock, log)
    const date = (at: number): string => {
      const wall = clock.wall?.() ?? clock.now()
      return new Date(Math.round(wall - (clock.now() - at))).toISOString()
    }
    const calls = new Calls(maxCalls, date, (record) => {
      const line = JSON.stringify(record)
      file?.write(line)
      webhook?.add(line)
    })
    if (file !== undefined) {
      host.provide(RecordFile, file)
      host.addCounters('call_records_file', 'Call records for the file.', () => file.counters)
    }
    if (webhook !== undefined) {
      const help = 'Call records for the webhook.'
      host.addCounters('call_records_webhook', help, () => webhook.counters)
    }
    calls.watch(host)
    host.onReload(() => file?.reopen())
    host.onClose(async () => {
      calls.endAll(clock.now())
      await Promise.all([file?.close(), webhook?.close(closeMs)])
    })
  },
})
