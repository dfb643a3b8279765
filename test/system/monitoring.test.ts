/** What is given to Prometheus and Grafana asks for nothing that a running balancer does not tell. */
import { afterEach, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { repository } from '../documents/repository.js'
import { Balancer } from './balancer.js'
import { freePort } from './free-ports.js'
import { stopAll } from './processes.js'
import { SipBackend } from './sip-backend.js'
import { SipCaller } from './sip-caller.js'

afterEach(stopAll)

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string
      readonly expr: string
      readonly annotations: { readonly summary: string; readonly runbook: string }
    }[]
  }[]
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[]
  }[]
}

const rules = (parse(read('grafana/alerts.yaml')) as Rules).groups.flatMap((group) => group.rules)
const { panels } = JSON.parse(read('grafana/sipwright.json')) as Dashboard

test('every query of the alerts and of the Grafana dashboard finds its metrics and labels in a balancer that has had a call', async () => {
  const [sip, http, live, busy] = await Promise.all(Array.from({ length: 4 }, () => freePort()))
  const backends = [
    await SipBackend.at(live!),
    await SipBackend.at(busy!, { invite: '503 Service Unavailable' }),
  ]
  await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${sip}']
admin: { listen: '127.0.0.1:${http}' }
rateLimit: [{ per: source, rate: 1000/s }]
dispatcher:
  sets:
    1:
      algorithm: priority
      destinations:
        - { uri: 'sip:127.0.0.1:${busy}', id: fs1, priority: 10 }
        - { uri: 'sip:127.0.0.1:${live}', id: fs2, priority: 5, maxLoad: 10 }
  source: { file: dispatcher.list }
`,
    'dispatcher.list': `2 sip:127.0.0.1:${live}\n`,
  })
  const caller = await SipCaller.to(sip!)
  const { call } = await caller.call()
  await caller.bye(call!)
  caller.close()
  const series = seriesOf(await (await fetch(`http://127.0.0.1:${http}/metrics`)).text())
  for (const backend of backends) backend.close()

  const queries = [
    ...rules.map(({ alert, expr }) => ({ of: alert, expr })),
    ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ of: title, expr }))),
  ]
  const missing = queries.flatMap(({ of, expr }) =>
    faultsOf(expr, series).map((fault) => `${of}: ${fault}`),
  )
  expect(missing).toEqual([])
  expect(queries.length).toBeGreaterThan(25)
})

test('Prometheus takes the alerts as they are', () => {
  const file = join(repository, 'grafana/alerts.yaml')
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], {
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain(`${rules.length} rules found`)
})

test('what an alert or a legend says is filled from labels that its query keeps', () => {
  const texts = [
    ...rules.map(({ expr, annotations }) => ({ expr, text: annotations.summary })),
    ...panels.flatMap(({ targets }) =>
      targets.map(({ expr, legendFormat }) => ({ expr, text: legendFormat })),
    ),
  ]
  for (const { expr, text } of texts) {
    const kept = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, labels]) => labelList(labels!))
    for (const [, label] of text.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)) {
      expect({ expr, kept }).toMatchObject({ kept: expect.arrayContaining([label]) })
    }
  }
})

test('every alert has its page in the runbook, which names it, and no page is left over', () => {
  for (const { alert, annotations } of rules) {
    expect(read(annotations.runbook)).toMatch(new RegExp(`^# ${alert}: `))
  }
  const pages = readdirSync(join(repository, 'docs/runbook')).filter((name) => name !== 'README.md')
  const named = rules.map(({ annotations }) => annotations.runbook.replace('docs/runbook/', ''))
  expect(pages.sort()).toEqual(named.sort())
  for (const page of pages) expect(read('docs/runbook/README.md')).toContain(`(${page})`)
})

/** The series of an exposition: name and labels. */
function seriesOf(text: string): readonly { name: string; labels: Map<string, string> }[] {
  return [...text.matchAll(/^(sipwright_\w+)(?:\{(.*)\})? \S+$/gm)].map(
    ([, name, labels = '']) => ({
      name: name!,
      labels: new Map(
        [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]),
      ),
    }),
  )
}

/** What a query asks for and no series has. */
function faultsOf(expr: string, series: ReturnType<typeof seriesOf>): readonly string[] {
  const faults: string[] = []
  const kept = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, labels]) => labelList(labels!))
  const asked = new Set<string>()
  for (const [whole, name, matchers = ''] of expr.matchAll(/(sipwright_\w+)(?:\{([^}]*)\})?/g)) {
    const found = series.filter(
      (each) =>
        each.name === name &&
        [...matchers.matchAll(/(\w+)(!?=)"([^"]*)"/g)].every(([, label, how, value]) =>
          how === '=' ? each.labels.get(label!) === value : each.labels.has(label!),
        ),
    )
    if (found.length === 0) faults.push(`no series ${whole}`)
    for (const { labels } of found) for (const label of labels.keys()) asked.add(label)
  }
  if (asked.size === 0 && kept.length === 0) return faults
  return [
    ...faults,
    ...kept.filter((label) => !asked.has(label)).map((label) => `no label ${label}`),
  ]
}

function labelList(text: string): readonly string[] {
  return text.split(',').map((label) => label.trim())
}

function read(file: string): string {
  const path = join(repository, file)
  if (!existsSync(path)) throw new Error(`there is no ${file}`)
  return readFileSync(path, 'utf8')
}
