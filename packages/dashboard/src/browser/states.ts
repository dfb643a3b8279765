/** How states are shown: a word, a shape and a colour, of which each alone tells them apart. */
import type { DestinationAnswer } from './answers.js'

export type State = DestinationAnswer['state']

interface Shown {
  readonly word: string
  readonly shape: string
}

const shown: Readonly<Record<State, Shown>> = {
  active: { word: 'UP', shape: '●' },
  trying: { word: 'TRYING', shape: '◐' },
  inactive: { word: 'DOWN', shape: '✖' },
  busy: { word: 'BUSY', shape: '◧' },
  drain: { word: 'DRAINING', shape: '⏷' },
  maintenance: { word: 'MAINTENANCE', shape: '◆' },
  disabled: { word: 'DISABLED', shape: '■' },
}

/** The word and the shape of a state. */
export function shownState(state: State): Shown {
  return shown[state]
}

const byLetter: Readonly<Record<string, State>> = {
  ...{ a: 'active', t: 'trying', i: 'inactive', b: 'busy' },
  ...{ d: 'drain', m: 'maintenance', x: 'disabled' },
}

/** Of a letter of the API's history; undefined: it was not there. */
export function stateOfLetter(letter: string): State | undefined {
  return byLetter[letter]
}

export interface Span {
  readonly state: State
  /** The first second, and how many. */
  readonly from: number
  readonly length: number
}

/** Seconds in a row that had the same state. */
export function spansOf(states: string): readonly Span[] {
  const spans: Span[] = []
  let from = 0
  for (let at = 1; at <= states.length; at++) {
    if (states[at] === states[from]) continue
    const state = stateOfLetter(states[from]!)
    if (state !== undefined) spans.push({ state, from, length: at - from })
    from = at
  }
  return spans
}
