/** What the shell completes: bash itself is asked. */
import { expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { run } from '../running-edge.js'

async function completed(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run(['completion', 'bash'])
  const line = ['sipwright', ...words].map((word) => `'${word}'`).join(' ')
  const asks = `COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _sipwright; printf '%s\\n' "\${COMPREPLY[@]}"`
  const answer = spawnSync('bash', ['--norc', '-c', `${stdout}\n${asks}`], { encoding: 'utf8' })
  expect(answer.stderr).toBe('')
  return answer.stdout.split('\n').filter(Boolean)
}

test('verbs, their verbs, and their options', async () => {
  expect(await completed('disp')).toEqual(['dispatcher'])
  expect(await completed('dispatcher', 'dr')).toEqual(['drain'])
  expect(await completed('dispatcher', 'drain', 'fs1', '--wa')).toEqual(['--wait'])
  expect(await completed('reload', '--c')).toEqual(['--code'])
  expect(await completed('completion', '')).toEqual(['bash', 'zsh', 'fish', '--help'])
})

test('the scripts of the other shells know the same verbs', async () => {
  for (const shell of ['zsh', 'fish']) {
    const { status, stdout } = await run(['completion', shell])
    expect(status).toBe(0)
    expect(stdout).toContain("'dispatcher drain'")
  }
  expect(await run(['completion', 'tcsh'])).toMatchObject({ status: 2 })
})
