/** Pictures of the dashboard before the running demo, for the documents: `npm run screenshots`. */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as pause } from 'node:timers/promises'
import { goTo, openBrowser, startDemo } from './browser.js'

/** Long enough for a death, a return and a busy backend. */
const storyMs = 24_000

const here = dirname(fileURLToPath(import.meta.url))
const folder = join(here, '..', '..', '..', 'docs', 'images')
mkdirSync(folder, { recursive: true })

const { demo, url } = await startDemo('--cps', '20')
try {
  await pause(storyMs)
  for (const scheme of ['light', 'dark'] as const) {
    const { browser, page } = await openBrowser(scheme)
    const picture = async (name: string): Promise<void> => {
      await pause(1_000)
      await page.screenshot({ path: join(folder, `${name}-${scheme}.png`) })
    }
    await page.setViewport({ width: 1_280, height: 800 })
    await page.goto(url)
    // One is down: that is what one opens it for.
    await page.waitForSelector('tr[data-state="inactive"]')
    await picture('overview')
    if (scheme === 'light') {
      await goTo(page, 'dispatcher')
      await page.waitForSelector('section[aria-label="explain"] button')
      await page.click('section[aria-label="explain"] button')
      await picture('dispatcher')
      await goTo(page, 'trace')
      await page.click('[data-failed-over]')
      await page.waitForSelector('tr[data-attempts="2"] a')
      await page.click('tr[data-attempts="2"] a')
      await page.waitForSelector('[data-row="decision"]')
      await page.click('[data-row="decision"]')
      await picture('ladder')
    }
    await browser.close()
  }
} finally {
  await demo.stop('SIGINT')
}
