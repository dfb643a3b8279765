/** Nothing is changed without a second look, and a reason that the audit keeps. */
import { type ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { said } from '../api.js'
import { Dialog } from './dialog.js'
import { Fault } from './fault.js'

export interface ConfirmProps {
  /** `drain fs1` */
  readonly title: string
  /** What will come of it. */
  readonly children?: ComponentChildren
  readonly run: (reason: string | undefined) => Promise<unknown>
  readonly close: () => void
}

export function Confirm({ title, children, run, close }: ConfirmProps) {
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const confirm = (event: Event): void => {
    event.preventDefault()
    setBusy(true)
    run(reason === '' ? undefined : reason).then(close, (error: unknown) => {
      setFault(said(error))
      setBusy(false)
    })
  }
  return (
    <Dialog title={title} close={close}>
      <form onSubmit={confirm}>
        {children}
        <label>
          Reason (for the audit)
          <input
            autofocus
            maxLength={500}
            value={reason}
            onInput={({ currentTarget }) => setReason(currentTarget.value)}
          />
        </label>
        <Fault text={fault} />
        <div class="bar">
          <button class="primary" type="submit" disabled={busy}>
            {title}
          </button>
          <button type="button" onClick={close}>
            cancel
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** A button that asks first. */
export function ConfirmButton({
  label,
  disabled = false,
  ...asked
}: Omit<ConfirmProps, 'close'> & { readonly label: string; readonly disabled?: boolean }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button disabled={disabled} aria-label={asked.title} onClick={() => setOpen(true)}>
        {label}
      </button>
      {open && <Confirm {...asked} close={() => setOpen(false)} />}
    </>
  )
}
