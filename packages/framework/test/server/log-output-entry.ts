/** What `log-output.test.ts` starts: a process that logs as its first argument says, and ends when it is written to. */
import { pino } from 'pino'
import { createApp } from '#src/index.js'
import { LogOutput } from '#src/server/log-output.js'

const line = `{"msg":"${'x'.repeat(1_000)}"}\n`
const output = new LogOutput(1, 1_000_000)
const say = (text: string): void => void process.stderr.write(text)

switch (process.argv[2] as 'one' | 'many' | 'app') {
  case 'one':
    output.write(line)
    process.stdin.once('data', () => {
      // The first finds that nobody reads; the others wait for it.
      for (let n = 0; n < 100; n++) output.write(line)
      process.exit(3)
    })
    break
  case 'many':
    output.log = pino(output)
    for (let n = 0; n < 4_000; n++) output.write(line)
    setTimeout(() => say('goes on'), 10)
    process.stdin.once('data', () => process.exit(3))
    break
  case 'app': {
    const app = await createApp({ routes: [] })
    app.log.info({}, 'the last word')
    process.exit(3)
  }
}
