/** Conditions as TypeScript. */
import { camel, dataLiteral, literal, setLiteral } from './source-text.js'
import { type Condition } from './step.js'

export class ConditionText {
  /** By key, the name of the constant that finds it. */
  readonly keys = new Map<string, string>()

  /** An expression on `ctx`. */
  of(condition: Condition): string {
    switch (condition.kind) {
      case 'method':
        return condition.methods.length === 1
          ? `ctx.request.method === ${literal(condition.methods[0]!)}`
          : `${dataLiteral(condition.methods)}.includes(ctx.request.method)`
      case 'for-us':
        return 'ctx.isForUs'
      case 'has':
        return `${this.#key(condition.key)} !== undefined`
      case 'equals':
        return `${this.#key(condition.key)} === ${literal(condition.text)}`
      case 'matches':
        return `/${withSlashes(condition.pattern)}/i.test(${this.#key(condition.key)} ?? '')`
      case 'from-set':
        return `this.dispatcher.isFromSet(ctx.source${senderArguments(condition)})`
      case 'set-exists':
        return `this.dispatcher.exists(${setLiteral(condition.set)})`
      case 'set-active':
        return `this.dispatcher.isActive(${setLiteral(condition.set)})`
      case 'armed':
        return 'ctx.peek(failureRoute) !== undefined'
      case 'status':
        return statusText(condition.ranges)
      case 'silent':
        return "ctx.cause !== 'response'"
      case 'next':
        return 'ctx.peek(destinations)?.isEmpty === false'
      case 'not':
        return this.#negation(condition.of)
      case 'and':
      case 'or': {
        const sign = condition.kind === 'and' ? '&&' : '||'
        return [condition.left, condition.right]
          .map((each) => {
            const text = this.of(each)
            return isJoined(each) && each.kind !== condition.kind ? `(${text})` : text
          })
          .join(` ${sign} `)
      }
    }
  }

  #negation(of: Condition): string {
    const text = this.of(of)
    switch (of.kind) {
      case 'method':
        return of.methods.length === 1 ? text.replace('===', '!==') : `!${text}`
      case 'has':
      case 'armed':
        return text.replace('!==', '===')
      case 'equals':
        return text.replace('===', '!==')
      case 'silent':
        return "ctx.cause === 'response'"
      case 'next':
        return 'ctx.peek(destinations)?.isEmpty !== false'
      case 'status':
      case 'and':
      case 'or':
        return `!(${text})`
      default:
        return `!${text}`
    }
  }

  #key(key: string): string {
    let name = this.keys.get(key)
    if (name === undefined) {
      const plain = camel(key)
      name = `${plain.charAt(0).toLowerCase()}${plain.slice(1)}Of`
      const taken = new Set(this.keys.values())
      for (let count = 2; taken.has(name); count++) name = `${name.replace(/\d+$/, '')}${count}`
      this.keys.set(key, name)
    }
    return `${name}(ctx)`
  }
}

function isJoined({ kind }: Condition): boolean {
  return kind === 'and' || kind === 'or'
}

function statusText(ranges: readonly (readonly [number, number])[]): string {
  const parts = ranges.map(([from, to]) =>
    from === to
      ? `ctx.response.status === ${from}`
      : `(ctx.response.status >= ${from} && ctx.response.status <= ${to})`,
  )
  if (parts.length === 0) return 'false'
  return parts.length === 1 ? parts[0]! : `(${parts.join(' || ')})`
}

/** A slash would end the literal; one that is escaped already does not. */
function withSlashes(pattern: string): string {
  return pattern.replaceAll(/\\.|\//g, (part) => (part === '/' ? '\\/' : part))
}

/** Kamailio's bits: 1 any port, 2 any protocol, 4 active ones, 8 by the socket, 16 the best match. */
function senderArguments({
  set,
  mode,
}: {
  readonly set: string | undefined
  readonly mode: number
}): string {
  const options = {
    ...((mode & 1) !== 0 && { port: false }),
    ...((mode & 2) === 0 && { transport: true }),
    ...((mode & 4) !== 0 && { active: true }),
    ...((mode & 8) !== 0 && { socket: true }),
    ...((mode & 16) !== 0 && { best: true }),
  }
  const given = Object.keys(options).length === 0 ? '' : `, ${dataLiteral(options)}`
  const which = set === undefined ? (given === '' ? '' : ', undefined') : `, ${setLiteral(set)}`
  return which + given
}
