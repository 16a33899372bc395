import {afterAll, beforeAll, describe, expect, it} from '@jest/globals'
import {mkdtemp, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {whyNotAmazonLinux} from '../../../rehearsal/machines/amazon-linux.ts'
import {buildRpm} from '../../../rehearsal/jenkins/package.ts'
import {readPackage} from '../../../rehearsal/jenkins/real/package.ts'
import {buildRpmRepository} from '../../../rehearsal/jenkins/rpm-repository.ts'
import {notRun} from '../../../rehearsal/host/packers/scenario-packers.ts'
import {run} from '../../../rehearsal/host/run.ts'

const title = 'a repository of a real .rpm'
const reason = await whyNotAmazonLinux()
const declare = reason === undefined ? describe : describe.skip

declare(reason === undefined ? title : notRun(title, reason), () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rpm-repository-'))
  })
  afterAll(() => rm(folder, {recursive: true}))

  it('has a copy that its key has signed, and leaves the file as it is', async () => {
    const path = join(folder, 'given.rpm')
    const withoutCompiler: typeof run = (command, args) =>
      command === 'javac' ? Promise.reject(new Error('no javac')) : run(command, args)
    await rename(await buildRpm(folder, '2.570', withoutCompiler), path)
    const before = await readFile(path)

    const real = await readPackage({path, kind: 'rpm', by: 'a test'}, run)
    expect(real.version).toBe('2.570')
    const {files, keyFingerprint} = await buildRpmRepository(real)
    expect(await readFile(path)).toEqual(before)

    await writeFile(join(folder, 'served.rpm'), files.get('given.rpm') ?? '')
    const asked = ['--query', '--package', '--nosignature', '--queryformat', '%{VERSION} %{RSAHEADER:pgpsig}']
    const served = await run('rpm', [...asked, join(folder, 'served.rpm')])
    expect(served).toMatch(/^2\.570 RSA/)
    expect(served.toUpperCase()).toContain(`KEY ID ${keyFingerprint.slice(-16)}`)
    expect(files.has('repodata/repomd.xml.asc')).toBe(true)
  })
})
