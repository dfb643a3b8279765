/** What the style sheet owes people: contrast of WCAG 2.2 §1.4.3, and rest for those who ask for it. */
import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'

const css = readFileSync(new URL('../../site/style.css', import.meta.url), 'utf8')

/** Colours by name, in light and in dark. */
const colours = new Map(
  [...css.matchAll(/--([a-z]+): light-dark\((#[\da-f]{6}), (#[\da-f]{6})\);/g)].map(
    ([, name, light, dark]) => [name!, { light: light!, dark: dark! }],
  ),
)

/** Relative luminance of sRGB. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

function contrast(one: string, other: string): number {
  const [lighter, darker] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (lighter! + 0.05) / (darker! + 0.05)
}

const themes = ['light', 'dark'] as const
const inks = ['text', 'quiet', 'link', 'good', 'bad', 'warn', 'calm']
const papers = ['page', 'panel', 'mark']

test.each(themes)(
  'every colour of text stands out from every ground it may stand on: %s',
  (theme) => {
    const faint = inks.flatMap((ink) =>
      papers
        .filter((paper) => paper !== 'mark' || ink === 'text')
        .map((paper) => ({
          ...{ ink, paper },
          contrast: contrast(colours.get(ink)![theme], colours.get(paper)![theme]),
        }))
        .filter((pair) => pair.contrast < 4.5),
    )
    expect(faint).toEqual([])
  },
)

test('who asks for less motion gets none, and what has the focus is seen', () => {
  expect(css).toMatch(/@media \(prefers-reduced-motion: reduce\)[^@]*animation: none !important/)
  expect(css).toMatch(/:focus-visible \{[^}]*outline/)
})
