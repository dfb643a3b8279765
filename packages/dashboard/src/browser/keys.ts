/** The keyboard: `/` goes to the filter, `g` and a letter to a view, `?` tells all. */
import { goTo, pages } from './pages.js'

/** How long the letter behind `g` may take. */
const patienceMs = 1_500

/** Listens until the function returned is called. */
export function listenToKeys(tellAll: () => void): () => void {
  let goingSince = -Infinity
  const pressed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return
    const going = event.timeStamp - goingSince < patienceMs
    goingSince = -Infinity
    const page = pages.find(({ key }) => key === event.key)
    if (going && page !== undefined) goTo(page.name)
    else if (event.key === 'g') goingSince = event.timeStamp
    else if (event.key === '/') document.querySelector<HTMLInputElement>('[data-filter]')?.focus()
    else if (event.key === '?') tellAll()
    else return
    event.preventDefault()
  }
  addEventListener('keydown', pressed)
  return () => removeEventListener('keydown', pressed)
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select')
}
