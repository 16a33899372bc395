import {expect, it} from '@jest/globals'
import {debianSources} from '../../../../rehearsal/machines/nspawn/debian-sources.ts'

it('takes Debian’s mirrors from the host’s own sources', () => {
  const targets = [
    'Debian Debian http://mirror.example/debian',
    'Debian Debian-Security http://mirror.example/debian-security',
    'Node Source Node https://node.example/20',
    ''
  ].join('\n')
  expect(debianSources(targets)).toEqual([
    'deb http://mirror.example/debian trixie main',
    'deb http://mirror.example/debian trixie-updates main',
    'deb http://mirror.example/debian-security trixie-security main'
  ])
})

it.each([
  ['another distribution', 'Ubuntu Ubuntu http://mirror.example/ubuntu\n'],
  ['a host whose mirrors stand in a file of its own', 'Debian Debian mirror+file:/etc/apt/mirrors/debian.list\n']
])('leaves them to mmdebstrap on %s', (_, targets) => {
  expect(debianSources(targets)).toEqual([])
})
