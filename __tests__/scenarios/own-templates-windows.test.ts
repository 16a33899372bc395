import {readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {expect, it} from '@jest/globals'
import {windowsTemplate, type WindowsTemplate} from '../helpers/windows-template.ts'
import {play, withPacker} from './scenario.ts'

// The machine is a light one with a stand-in for WinRM: Packer really logs in to it, and no PowerShell runs.
withPacker((packer) => {
  it.each<[string, WindowsTemplate, number]>([
    ['the password that EC2 hands out', {tagged: true}, 1],
    ['a password of its own, by HTTPS', {password: 'Sup3rS3cret!', tls: true}, 0]
  ])('bakes an image of Windows by WinRM with %s', async (_, template, asked) => {
    const file = windowsTemplate(template)
    const run = await play(packer, {inputs: {template: file, 'smoke-test': 'false'}})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {'ami-name': 'windows', verdict: 'unverified'}})
    expect(run.log).toContain('Connected to WinRM!')
    expect(run.log).toContain('the stand-in for WinRM recorded this command and did not run it')
    expect(run.log).not.toContain('Sup3rS3cret!')
    expect(run.calls.filter(({action}) => action === 'GetPasswordData').map(({by, status}) => [by, status])).toEqual(
      Array.from({length: asked}, () => ['packer', 200])
    )
    const [sent, back] = ['installer.bin', 'downloaded.bin'].map((name) =>
      readFileSync(join(dirname(file), name)).toString('base64')
    )
    expect(back).toBe(sent)
  })
})

withPacker((packer) => {
  it('fails with what Packer said when its script fails', async () => {
    const template = windowsTemplate({script: '# light-machine: exit 3\n'})
    const run = await play(packer, {inputs: {template, 'smoke-test': 'false'}})
    expect(run).toMatchObject({exitCode: 1, leftovers: []})
    expect(run.calls.find(({action}) => action === 'GetPasswordData')).toMatchObject({by: 'packer', status: 200})
    expect(run.log).toMatch(
      /The build failed in the script setup\.ps1\.[\s\S]*\namazon-ebs\.windows: .*non-zero exit status: 3/
    )
  })
})
