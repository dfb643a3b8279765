/** Asks a backend over HTTP how it is: no redirects, a bounded body, and no reason that would show more than the status. */
import { isSipUri, parseUri } from '@sipwright/framework'
import { defineProbe, type Probe, type ProbeResult } from './define-probe.js'
import { parseHealthReport } from './health-report.js'

/** Bytes of an answer that are read. */
const longestBody = 16_384

/** Whether a text is what `probe.http.url` may be: `{host}` in it stands for the host of the destination. */
export function isProbeUrl(text: string): boolean {
  const example = text.replaceAll('{host}', '192.0.2.1')
  if (!URL.canParse(example)) return false
  const { protocol, username, password } = new URL(example)
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === ''
}

/** The URL of one destination. */
export function probeUrl(template: string, sipUri: string): string {
  const uri = parseUri(sipUri)
  const host = isSipUri(uri) ? uri.host : ''
  return template.replaceAll('{host}', host.includes(':') ? `[${host}]` : host)
}

export function httpProbe(url: string): Probe {
  return defineProbe('http', { run: (_destination, signal) => ask(url, signal) })
}

async function ask(url: string, signal: AbortSignal): Promise<ProbeResult> {
  const response = await fetch(url, {
    redirect: 'manual',
    signal,
    headers: { accept: 'application/json, text/plain' },
  })
  const body = await readBody(response)
  const answered = `answered ${response.status}`
  if (body === undefined) {
    return { state: 'failed', reason: `${answered} with more than ${longestBody} bytes` }
  }
  const report = parseHealthReport(body)
  if (!response.ok) {
    return report === undefined || report.state === 'up'
      ? { state: 'failed', reason: answered }
      : report
  }
  if (report !== undefined) return report
  if (body.trim() === '') return { state: 'up', reason: answered }
  return {
    state: 'failed',
    reason: `${answered} with what is neither JSON of the contract nor agent words`,
  }
}

/** Undefined: there is too much of it. */
async function readBody(response: Response): Promise<string | undefined> {
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    length += chunk.length
    // Leaving the loop cancels the rest.
    if (length > longestBody) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
