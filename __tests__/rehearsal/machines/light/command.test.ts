import {describe, expect, it} from '@jest/globals'
import {answerTo, unquote, wordsOf} from '../../../../rehearsal/machines/light/command.ts'
import {diskFrom, pristineContent, writeFile} from '../../../../rehearsal/machines/light/disk.ts'

function diskWith(script: string | Buffer, path = '/tmp/script_1.sh') {
  const disk = diskFrom(pristineContent, 'admin', undefined)
  writeFile(disk, path, {mode: 0o644, bytes: Buffer.from(script)})
  return disk
}

const failing = diskWith('#!/bin/sh\n# light-machine: print before\n# light-machine: exit 3\n')

describe('a command', () => {
  it.each([
    ['/tmp/script_1.sh'],
    ["chmod +x /tmp/script_1.sh; PACKER_BUILD_NAME='x' PACKER_BUILDER_TYPE='amazon-ebs'  /tmp/script_1.sh"],
    ["sudo -E env TITLE='rm -rf; chmod' bash -eu '/tmp/script_1.sh'"],
    ["sh -c 'chmod 0755 /tmp/script_1.sh && sudo /tmp/script_1.sh'"],
    ['cd /tmp && /bin/sh "/tmp/script_1.sh" --now'],
    ['true\n/tmp/script_1.sh\n']
  ])('that runs a script fails when the script asks for it: %s', (line) => {
    expect(answerTo(line, failing, 'admin')).toMatchObject({
      exitStatus: 3,
      stdout: Buffer.from('before\n'),
      stderr: 'light machine: asked to fail\n'
    })
  })

  it.each([
    ['chmod 0755 /tmp/script_1.sh'],
    ['rm -f /tmp/script_1.sh'],
    ['sudo rm -f "/tmp/script_1.sh"; true'],
    ['/tmp/script_2.sh'],
    ["echo 'TITLE=/tmp/script_1.sh'"],
    ["TITLE='/tmp/script_1.sh x' true"]
  ])('that only handles a script succeeds without output: %s', (line) => {
    expect(answerTo(line, failing, 'admin')).toEqual({
      exitStatus: 0,
      stdout: Buffer.alloc(0),
      stderr: '',
      takesMs: 0,
      scripts: []
    })
  })

  it('prints the bytes that the script asks for, whatever they are', () => {
    const hostile = Buffer.from([0x1b, 0x5b, 0x33, 0x31, 0x6d, 0xff, 0xfe, 0x0d, 0x3a, 0x3a])
    const disk = diskWith(
      Buffer.concat([Buffer.from('# light-machine: print '), hostile, Buffer.from('\n# not this\n')])
    )
    expect(answerTo('/tmp/script_1.sh', disk, 'admin').stdout).toEqual(Buffer.concat([hostile, Buffer.from('\n')]))
  })

  it('takes as long as the script asks for', () => {
    const disk = diskWith('# light-machine: take 2 s\n# light-machine: exit 1\n')
    expect(answerTo('/tmp/script_1.sh', disk, 'admin')).toMatchObject({exitStatus: 1, takesMs: 2000})
  })

  it('finds a script that is named relative to the home of the user', () => {
    const disk = diskWith('# light-machine: exit 7', '/home/admin/setup.sh')
    expect(answerTo('bash ~/setup.sh', disk, 'admin').exitStatus).toBe(7)
    expect(answerTo('./setup.sh', disk, 'admin').exitStatus).toBe(7)
  })
})

it('splits a command line into words and separators', () => {
  expect(wordsOf(`a='b c' "d;e" f\\ g;h&&i`)).toEqual([`a='b c'`, '"d;e"', 'f\\ g', ';', 'h', '&&', 'i'])
})

it('resolves quotes', () => {
  expect(unquote(`'it'"'"'s'`)).toBe("it's")
  expect(unquote(`"a \\"b\\""\\ c`)).toBe('a "b" c')
})
