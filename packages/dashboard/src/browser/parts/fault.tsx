/** What went wrong, where people look. */
export function Fault({ text }: { text: string | undefined }) {
  if (text === undefined) return null
  return (
    <p class="notice bad" role="alert">
      {text}
    </p>
  )
}
