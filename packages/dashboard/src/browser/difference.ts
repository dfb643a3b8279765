/** What differs between two messages, line by line: the longest common subsequence stays. */

export interface Line {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

/** Beyond, a message is shown as it is: so many lines are no difference that one reads. */
const maxLines = 400

/** In the order of reading: what went away stands before what came. */
export function difference(before: string, after: string): readonly Line[] {
  const [old, now] = [linesOf(before), linesOf(after)]
  if (old.length > maxLines || now.length > maxLines) {
    return now.map((text) => ({ kind: 'same', text }))
  }
  const common = commonLengths(old, now)
  const lines: Line[] = []
  let [row, column] = [0, 0]
  while (row < old.length || column < now.length) {
    const [gone, come] = [old[row], now[column]]
    if (gone !== undefined && gone === come) {
      lines.push({ kind: 'same', text: gone })
      row++
      column++
    } else if (
      gone !== undefined &&
      (come === undefined || common[row + 1]![column]! >= common[row]![column + 1]!)
    ) {
      lines.push({ kind: 'removed', text: gone })
      row++
    } else {
      lines.push({ kind: 'added', text: come! })
      column++
    }
  }
  return lines
}

/** Of the rests that begin at each pair of lines. */
function commonLengths(old: readonly string[], now: readonly string[]): readonly number[][] {
  const lengths = Array.from({ length: old.length + 1 }, () =>
    new Array<number>(now.length + 1).fill(0),
  )
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = now.length - 1; column >= 0; column--) {
      lengths[row]![column] =
        old[row] === now[column]
          ? lengths[row + 1]![column + 1]! + 1
          : Math.max(lengths[row + 1]![column]!, lengths[row]![column + 1]!)
    }
  }
  return lengths
}

function linesOf(text: string): readonly string[] {
  return text.replace(/(?:\r?\n)+$/, '').split(/\r?\n/)
}
