import {expect, it} from '@jest/globals'
import {debianSources} from '../../../../rehearsal/machines/nspawn/base.ts'

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

it('leaves the mirror to mmdebstrap on other distributions', () => {
  expect(debianSources('Ubuntu Ubuntu http://mirror.example/ubuntu\n')).toEqual([])
})
