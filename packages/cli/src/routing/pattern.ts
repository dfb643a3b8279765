/** Kamailio's regular expressions, as far as they mean the same in JavaScript and cannot be made to take long. */
import { type StatusRange } from './step.js'

/** The longest that is taken over. */
const maxLength = 300

/**
 * The pattern if it is plain enough: literals, `.`, classes, anchors, alternatives and at most two repetitions of single
 * characters. Undefined for any other.
 */
export function plainPattern(pattern: string): string | undefined {
  if (pattern.length > maxLength || !/^[ -~]+$/.test(pattern)) return undefined
  if (/\\(?![.+*?()[\]{}|^$/\\-])|\[\[|\[:|\(\?/.test(pattern)) return undefined
  const repetitions = pattern.replaceAll(/\\./g, '').match(/[*+?{]/g)?.length ?? 0
  if (repetitions > 2 || /\)[*+?{]/.test(pattern)) return undefined
  try {
    new RegExp(pattern, 'i')
    return pattern
  } catch {
    return undefined
  }
}

/** The final statuses that a pattern such as `50[0-9]|408` matches; undefined if it is not plain. */
export function statusesOf(pattern: string): readonly StatusRange[] | undefined {
  const plain = plainPattern(pattern)
  if (plain === undefined) return undefined
  const expression = new RegExp(plain, 'i')
  const ranges: [number, number][] = []
  for (let status = 300; status <= 699; status++) {
    if (!expression.test(String(status))) continue
    const last = ranges.at(-1)
    if (last?.[1] === status - 1) last[1] = status
    else ranges.push([status, status])
  }
  return ranges
}

/** The `*` pattern of lb.yaml that says the same: `^2` is `2*`. Undefined if none does. */
export function globOf(pattern: string): string | undefined {
  const [, start = '', literal = '', tail = '', end = ''] =
    /^(\^?)\(?([\w+.\\-]*?)\)?((?:\.\*|\[0-9\][*+])?)(\$?)$/.exec(pattern) ?? []
  if (literal === '') return undefined
  const text = literal.replaceAll(/\\(.)/g, '$1')
  if (literal.replaceAll(/\\./g, '').includes('.')) return undefined
  if (/\[/.test(tail)) return undefined
  const open = tail !== '' || end === ''
  return `${start === '' ? '*' : ''}${text}${open ? '*' : ''}`
}
