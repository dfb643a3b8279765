/** Writes a project: the files of a template, and what names the project and its packages. */
import { cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type TemplateName, templates } from './template.js'

export interface ProjectOptions {
  readonly folder: string
  readonly template: TemplateName
  /** Of the packages. */
  readonly version: string
  /** A checkout of sipwright whose packages are used instead of those that npm has. */
  readonly from?: string
}

/** What was given cannot be: the message says what is wrong and names it. */
export class ProjectFault extends Error {}

/** Those that this repository is compiled and tested with. */
const compilers = { '@types/node': '20.19.43', typescript: '6.0.3' }
const source = fileURLToPath(new URL('../templates', import.meta.url))

/** Throws `ProjectFault`; nothing is written then. */
export function writeProject({ folder, template, version, from }: ProjectOptions): void {
  const place = resolve(folder)
  const name = basename(place)
  if (!/^[a-z\d][a-z\d._-]{0,213}$/.test(name)) {
    const expected = 'expected small letters, digits and . _ -, as npm names packages'
    throw new ProjectFault(`${JSON.stringify(name)} cannot be the name of a project: ${expected}`)
  }
  if (existsSync(place) && !isEmptyFolder(place)) {
    throw new ProjectFault(`${folder} is there and not empty: expected a new or an empty folder`)
  }
  const { packages, files } = templates[template]
  const dependencies = Object.fromEntries(
    packages.map((each) => [`@sipwright/${each}`, specifier(each, version, from)]),
  )
  mkdirSync(place, { recursive: true })
  for (const part of ['src', 'test', 'README.md', ...files]) {
    cpSync(join(source, template, part), join(place, part), { recursive: true })
  }
  cpSync(join(source, 'tsconfig.json'), join(place, 'tsconfig.json'))
  writeFileSync(join(place, '.gitignore'), 'node_modules/\ndist/\n*.key\n')
  writeFileSync(join(place, 'package.json'), packageJson(name, dependencies))
}

function isEmptyFolder(place: string): boolean {
  return statSync(place).isDirectory() && readdirSync(place).length === 0
}

function specifier(name: string, version: string, from: string | undefined): string {
  if (from === undefined) return `^${version}`
  const folder = join(resolve(from), 'packages', name)
  if (existsSync(join(folder, 'dist', 'index.js'))) return `file:${folder}`
  throw new ProjectFault(
    `${folder} holds no compiled package: expected a checkout of sipwright, after npm run build`,
  )
}

function packageJson(name: string, dependencies: Readonly<Record<string, string>>): string {
  const content = {
    ...{ name, version: '0.0.0', private: true, type: 'module' },
    engines: { node: '>=20.19' },
    scripts: {
      build: 'tsc',
      start: 'tsc && node dist/src/main.js',
      test: 'tsc && node --test dist/test/*.test.js',
    },
    ...{ dependencies, devDependencies: compilers },
  }
  return JSON.stringify(content, undefined, 2) + '\n'
}
