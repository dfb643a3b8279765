/** Who has a token shows it once; from then on a cookie is enough. */
import type { SessionAnswer } from './answers.js'
import { useState } from 'preact/hooks'
import { ask, said, session } from './api.js'
import { Fault } from './parts/fault.js'

export function Login() {
  const [token, setToken] = useState('')
  const [fault, setFault] = useState<string | undefined>(undefined)
  const logIn = (event: Event): void => {
    event.preventDefault()
    ask<SessionAnswer>('POST', '/session', { token }).then(
      (opened) => session.set(opened),
      (error: unknown) => setFault(said(error)),
    )
  }
  return (
    <form class="panel login" onSubmit={logIn}>
      <h1>sipwright</h1>
      <label>
        Token{' '}
        <input
          type="password"
          autocomplete="current-password"
          required
          value={token}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
      </label>{' '}
      <button class="primary" type="submit">
        log in
      </button>
      <Fault text={fault} />
    </form>
  )
}
