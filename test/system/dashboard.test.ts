/** The dashboard as an operator uses it: Chromium before the running demo. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { confirm, goTo, openBrowser, startDemo, texts, type Watched } from './browser.js'
import { stopAll } from './processes.js'
import { temporaryFolder } from './temporary-folder.js'

interface Destination {
  readonly id: string
  readonly state: string
  readonly admin: { readonly reason: string }
  readonly counters: { readonly attempts: number }
}

let watched: Watched
let url: string

beforeAll(async () => {
  const [demo, browser] = await Promise.all([startDemo('--cps', '20'), openBrowser()])
  url = demo.url
  watched = browser
})

afterAll(async () => {
  await watched.browser.close()
  await stopAll()
})

test('it shows live calls within three seconds', async () => {
  const { page } = watched
  await page.goto(url)
  await page.waitForFunction(
    'Number(document.querySelector("[data-figure=calls] b")?.textContent) > 0',
    { timeout: 3_000 },
  )
  await page.waitForSelector('tr[data-destination="fs1"][data-state="active"]')
  expect(await texts(page, 'section[aria-label="Try it"] button')).toEqual([
    ...['kill fs1', 'revive fs1', 'flood'],
  ])
})

test('a backend that is killed turns red and says why; revived, it turns back', async () => {
  const { page } = watched
  await page.click('button[aria-label="kill fs1"]')
  await confirm(page, 'to see what happens')
  const row = await page.waitForSelector('tr[data-destination="fs1"][data-state="inactive"]')
  const [why = ''] = await texts(page, 'tr[data-destination="fs1"] td.wrap')
  expect(why).toMatch(/ECONNREFUSED|no response|no answer/)
  expect(await texts(page, 'tr[data-destination="fs1"] .state')).toEqual(['✖ DOWN'])
  const colour = await page.evaluate(
    'getComputedStyle(document.querySelector("tr[data-destination=fs1] .state")).color',
  )
  expect(colour).toBe('rgb(179, 45, 0)')
  await row!.dispose()
  await page.click('button[aria-label="revive fs1"]')
  await confirm(page, 'seen')
  await page.waitForSelector('tr[data-destination="fs1"][data-state="active"]')
}, 40_000)

test('drain by button changes what the API says, and no new call comes', async () => {
  const { page } = watched
  await page.keyboard.type('gd')
  await page.waitForSelector('main[aria-label="dispatcher"] button[aria-label="drain fs3"]')
  await page.click('button[aria-label="drain fs3"]')
  await confirm(page, 'kernel')
  await page.waitForSelector('tr[data-destination="fs3"][data-state="drain"]')
  expect(await destination('fs3')).toMatchObject({ state: 'drain', admin: { reason: 'kernel' } })
  const [before, others] = [await destination('fs3'), await destination('fs1')]
  await pause(1_000)
  expect((await destination('fs3')).counters.attempts).toBe(before.counters.attempts)
  expect((await destination('fs1')).counters.attempts).toBeGreaterThan(others.counters.attempts)
  await page.keyboard.type('ga')
  await page.waitForFunction('document.querySelector("main").textContent.includes("kernel")')
  expect(await texts(page, 'section[aria-label="audit"] tbody td:nth-child(4)')).toContain(
    'destination.drain',
  )
})

test('the ladder of a call that failed over shows both attempts and why', async () => {
  const { page } = watched
  await goTo(page, 'trace')
  await page.click('[data-failed-over]')
  await page.waitForSelector('tr[data-attempts="2"] a')
  await page.click('tr[data-attempts="2"] a')
  await page.waitForSelector('[data-row="decision"]')
  const messages = await texts(page, '[data-row="message"]')
  const attempts = messages.filter((each) => /^INVITE .*, sipwright to fs\d$/.test(each))
  expect(new Set(attempts).size).toBe(2)
  const decisions = await texts(page, '[data-row="decision"]')
  expect(decisions.some((each) => each.includes('pick: '))).toBe(true)
  expect(decisions.join('\n')).toMatch(/ECONNREFUSED|no response|503/)
  await page.click('[data-row="message"]')
  await page.waitForSelector('section[aria-label="message"]')
  expect((await texts(page, 'section[aria-label="message"] pre'))[0]).toContain('Call-ID: ')
})

test('the ladder can be taken along as text, Mermaid and pcap', async () => {
  const { page, browser } = watched
  const folder = temporaryFolder('downloads')
  const session = await browser.target().createCDPSession()
  await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder })
  const id = String(await page.evaluate('document.querySelector("[data-trace]").dataset.trace'))
  const beginnings = { txt: 'INVITE', mmd: 'sequenceDiagram\n', pcap: '\xd4\xc3\xb2\xa1' }
  for (const [ending, beginning] of Object.entries(beginnings)) {
    const file = join(folder, `trace-${id}.${ending}`)
    await page.click(`a[download="trace-${id}.${ending}"]`)
    for (let tries = 0; !existsSync(file) && tries < 100; tries++) await pause(50)
    expect(readFileSync(file, 'latin1')).toContain(beginning)
  }
})

test('a flood bans its sender, and a button lifts the ban', async () => {
  const { page } = watched
  await goTo(page, 'overview')
  await page.waitForSelector('button[aria-label="flood"]')
  await page.click('button[aria-label="flood"]')
  await confirm(page, 'to see it')
  await goTo(page, 'security')
  const lift = 'button[aria-label="lift the ban of 127.0.0.66"]'
  await page.waitForSelector(lift)
  await page.click(lift)
  await confirm(page, 'it was us')
  await page.waitForSelector(lift, { hidden: true })
})

test('the keyboard is enough: to a view, to a button, through its question, and back', async () => {
  const { page } = watched
  await page.keyboard.type('gd')
  await page.waitForSelector('button[aria-label="drain fs1"]')
  await page.evaluate('document.activeElement.blur()')
  const focused = 'document.activeElement.ariaLabel ?? document.activeElement.textContent'
  for (let presses = 0; (await page.evaluate(focused)) !== 'drain fs1'; presses++) {
    expect(presses).toBeLessThan(150)
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Enter')
  await page.waitForSelector('dialog[open] input')
  await page.keyboard.press('Escape')
  await page.waitForSelector('dialog[open]', { hidden: true })
  expect(await page.evaluate(focused)).toBe('drain fs1')
  await page.keyboard.press('Enter')
  await page.waitForSelector('dialog[open] input')
  await page.keyboard.type('by hand')
  await page.keyboard.press('Enter')
  await page.waitForSelector('tr[data-destination="fs1"][data-state="drain"]')
  expect(await destination('fs1')).toMatchObject({ admin: { reason: 'by hand' } })
})

test('every view opens; no error in the console, no request to another host', async () => {
  const { page, faults, origins } = watched
  for (const view of ['calls', 'security', 'config', 'logs', 'audit', 'overview']) {
    await goTo(page, view)
    await pause(200)
  }
  expect(faults).toEqual([])
  expect([...origins]).toEqual([new URL(url).origin])
})

test('every control has a name', async () => {
  const { page } = watched
  for (const view of ['overview', 'dispatcher', 'calls', 'trace', 'security', 'logs']) {
    await goTo(page, view)
    const nameless = await page.evaluate(
      `[...document.querySelectorAll('button, input, select, a')].filter((each) =>
        !each.ariaLabel && !each.textContent.trim() && !each.closest('label')).length`,
    )
    expect({ view, nameless }).toEqual({ view, nameless: 0 })
  }
})

test('with tokens one logs in; a wrong one is refused, and changes go with the session', async () => {
  const token = 'a-token-of-this-test'
  const set = `admin.tokens=[{name: ops, token: ${token}, scope: operate}]`
  const secured = await startDemo('--set', set)
  const { browser, page } = await openBrowser()
  try {
    await page.goto(secured.url)
    await page.waitForSelector('form.login input')
    await page.type('form.login input', 'wrong')
    await page.keyboard.press('Enter')
    await page.waitForSelector('form.login [role="alert"]')
    await page.click('form.login input', { count: 3 })
    await page.type('form.login input', token)
    await page.keyboard.press('Enter')
    await page.waitForSelector('button[aria-label="drain fs1"]')
    await page.click('button[aria-label="drain fs1"]')
    await confirm(page, 'kernel')
    await page.waitForSelector('tr[data-destination="fs1"][data-state="drain"]')
    expect((await texts(page, 'tr[data-destination="fs1"] td.wrap'))[0]).toBe('kernel (ops)')
  } finally {
    await browser.close()
  }
})

async function destination(id: string): Promise<Destination> {
  const response = await fetch(new URL(`/api/v1/dispatcher/sets/1/destinations/${id}`, url))
  return (await response.json()) as Destination
}
