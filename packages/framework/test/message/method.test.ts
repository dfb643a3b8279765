import { expect, test } from '@jest/globals'
import { methodName } from '#src/message/method.js'

test('a method is read as written: case-sensitive, known or not (§7.1)', () => {
  const methods = [
    ...['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'PRACK', 'UPDATE', 'INFO'],
    ...['SUBSCRIBE', 'NOTIFY', 'REFER', 'MESSAGE', 'PUBLISH', 'invite', 'INVITES', 'BOO', 'X'],
    'AVERYLONGMETHODOFSOMEBODY',
  ]
  for (const method of methods) {
    const text = `..${method} sip:a`
    expect(methodName(text, 2, 2 + method.length)).toBe(method)
  }
})
