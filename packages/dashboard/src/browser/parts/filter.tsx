/** A text to look for; the key `/` goes to the first of a view. */
export interface FilterProps {
  readonly label: string
  readonly value: string
  readonly set: (value: string) => void
}

export function Filter({ label, value, set }: FilterProps) {
  return (
    <input
      type="search"
      data-filter
      aria-label={label}
      placeholder={label}
      value={value}
      onInput={({ currentTarget }) => set(currentTarget.value)}
    />
  )
}
