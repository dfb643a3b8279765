/** The demo as `npm start` runs it, and Debian's Chromium that looks at its dashboard. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { RunningProcess } from './processes.js'

const chromium = '/usr/bin/chromium'
const main = join(
  dirname(fileURLToPath(import.meta.url)),
  ...['..', '..', '..', 'apps', 'sample-lb', 'dist', 'main.js'],
)

/** Starts the demo; where its dashboard is. */
export async function startDemo(
  ...args: readonly string[]
): Promise<{ readonly demo: RunningProcess; readonly url: string }> {
  const demo = new RunningProcess('node', [main, ...args])
  const pattern = /look +(http:\/\/\S+) is the dashboard/
  await demo.printed(pattern)
  return { demo, url: pattern.exec(demo.output)![1]! }
}

/** A page, and what must not happen on it. */
export interface Watched {
  readonly browser: Browser
  readonly page: Page
  /** Errors of scripts and of the console, and answers that are refusals. */
  readonly faults: readonly string[]
  /** Origins that it asked for anything. */
  readonly origins: ReadonlySet<string>
}

/** Opens no page yet. Names lead nowhere: only numbers of this machine do. */
export async function openBrowser(scheme: 'light' | 'dark' = 'light'): Promise<Watched> {
  const browser = await puppeteer.launch({
    executablePath: chromium,
    args: [
      ...['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  })
  const page = await browser.newPage()
  await page.setViewport({ width: 1_280, height: 900 })
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
  const faults: string[] = []
  const origins = new Set<string>()
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`)
  })
  await page.setRequestInterception(true)
  page.on('request', (request) => {
    origins.add(new URL(request.url()).origin)
    void request.continue()
  })
  return { browser, page, faults, origins }
}

/** Goes to a view as a click on its name does. */
export async function goTo(page: Page, view: string): Promise<void> {
  await page.click(`nav a[href="#/${view}"]`)
  await page.waitForSelector(`main[aria-label="${view}"]`)
}

/** Confirms what a button asks, with a reason. */
export async function confirm(page: Page, reason: string): Promise<void> {
  await page.waitForSelector('dialog[open] input')
  await page.type('dialog[open] input', reason)
  await page.click('dialog[open] button[type="submit"]')
  await page.waitForSelector('dialog[open]', { hidden: true })
}

/** The texts of all that a selector finds. */
export async function texts(page: Page, selector: string): Promise<readonly string[]> {
  const found = await page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].map((each) => each.ariaLabel ?? each.textContent)`,
  )
  return found as string[]
}
