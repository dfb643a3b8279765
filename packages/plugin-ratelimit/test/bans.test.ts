import { expect, test } from '@jest/globals'
import { VirtualClock } from '@sipwright/framework/testing'
import { Bans, type BanNews } from '#src/bans.js'

function bansAt(clock = new VirtualClock(), maxBans = 100) {
  const told: BanNews[] = []
  const bans = new Bans({ clock, maxBans, longestMs: 500_000, told: (news) => told.push(news) })
  return { bans, clock, told }
}

test('a ban ends by itself, and another one soon after lasts twice as long, up to a bound', () => {
  const { bans, clock } = bansAt()
  const lengths = [1, 2, 3, 4].map(() => {
    const { since, until } = bans.add('192.0.2.1', 'flood', 120_000)
    clock.advance(until - since - 1)
    expect(bans.find('192.0.2.1')).toMatchObject({ reason: 'flood' })
    clock.advance(1)
    expect(bans.find('192.0.2.1')).toBeUndefined()
    return until - since
  })
  expect(lengths).toEqual([120_000, 240_000, 480_000, 500_000])
  clock.advance(3_600_001)
  expect(bans.add('192.0.2.1', 'flood', 120_000).times).toBe(1)
})

test('an IPv6 address is banned with its /64', () => {
  const { bans } = bansAt()
  bans.add('2001:db8:1:2::1', 'flood', 1_000)
  expect(bans.find('2001:db8:1:2:ffff::9')?.source).toBe('2001:db8:1:2::/64')
  expect(bans.find('2001:db8:1:3::1')).toBeUndefined()
  expect(bans.lift('2001:db8:1:2::/64')).toBe(true)
  expect(bans.find('2001:db8:1:2::1')).toBeUndefined()
})

test('operators see who is banned, ban and lift; listeners and other workers hear of it', () => {
  const { bans, told } = bansAt()
  const heard: string[] = []
  const end = bans.onChange(({ source }, banned) => heard.push(`${source} ${banned}`))
  bans.add('192.0.2.1', 'by hand', 1_000, 'ops')
  expect(bans.list()).toMatchObject([{ source: '192.0.2.1', reason: 'by hand', by: 'ops' }])
  expect(bans.lift('192.0.2.1')).toBe(true)
  expect(bans.lift('192.0.2.1')).toBe(false)
  end()
  bans.add('192.0.2.2', 'x', 1)
  expect(heard).toEqual(['192.0.2.1 true', '192.0.2.1 false'])
  expect(told.map(({ source, forMs }) => [source, forMs])).toEqual([
    ...[['192.0.2.1', 1_000] as const, ['192.0.2.1', 0] as const],
    ['192.0.2.2', 1],
  ])
})

test('another worker learns what is left of each ban', () => {
  const { bans, clock } = bansAt()
  bans.add('192.0.2.1', 'flood', 10_000)
  clock.advance(4_000)
  const other = bansAt()
  for (const news of bans.news()) other.bans.adopt(news)
  other.clock.advance(5_999)
  expect(other.bans.find('192.0.2.1')).toBeDefined()
  other.clock.advance(1)
  expect(other.bans.find('192.0.2.1')).toBeUndefined()
  expect(other.told).toEqual([])
})

test('no more bans are kept than the bound says', () => {
  const { bans } = bansAt(undefined, 3)
  for (let n = 1; n <= 5; n++) bans.add(`192.0.2.${n}`, 'flood', 1_000)
  expect(bans.list().map(({ source }) => source)).toEqual(['192.0.2.3', '192.0.2.4', '192.0.2.5'])
})
