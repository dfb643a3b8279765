/** Buttons of the program's own: in the demo, those that kill a backend, bring it back, or flood. */
import type { ActionsAnswer } from '../answers.js'
import { useState } from 'preact/hooks'
import { useAnswer } from '../answer.js'
import { ask, may, said } from '../api.js'
import { ConfirmButton } from './confirm.js'

export function ProgramActions() {
  const { answer } = useAnswer<ActionsAnswer>('/actions')
  const [news, setNews] = useState('')
  if (answer === undefined || answer.actions.length === 0) return null
  return (
    <section aria-label="Try it">
      <div class="bar">
        <h2>Try it</h2>
        {answer.actions.map(({ name, title, summary }) => (
          <ConfirmButton
            label={title}
            title={title}
            disabled={!may('operate')}
            run={(reason) =>
              ask<{ said: string }>('POST', `/actions/${name}`, { reason }).then(
                (done) => setNews(done.said),
                (error: unknown) => setNews(said(error)),
              )
            }
          >
            <p>{summary}</p>
          </ConfirmButton>
        ))}
      </div>
      <p class="quiet" role="status">
        {news === '' ? 'Watch what becomes of calls, and look at their ladders in Trace.' : news}
      </p>
    </section>
  )
}
