import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {zipOf} from '../../../../rehearsal/host/zip.ts'
import {run} from '../../../../rehearsal/host/run.ts'

/** A folder of a test's own with small files that look like Jenkins's. */
export interface Fixtures {
  readonly folder: string
  /** Each returns the file's path. */
  deb(file: string, control: Readonly<Record<string, string>>): Promise<string>
  archive(file: string, manifest: readonly string[]): Promise<string>
  text(file: string, content: string): Promise<string>
  remove(): Promise<void>
}

export async function fixtures(): Promise<Fixtures> {
  const folder = await mkdtemp(join(tmpdir(), 'real-jenkins-'))
  const write = async (file: string, content: string | Buffer) => {
    const path = join(folder, file)
    await mkdir(dirname(path), {recursive: true})
    await writeFile(path, content)
    return path
  }
  return {
    folder,
    async deb(file, control) {
      const root = await mkdtemp(join(folder, 'root-'))
      const fields = {Architecture: 'all', Maintainer: 'a test <nobody@invalid.example>', ...control}
      const lines = Object.entries({Description: 'made by a test', ...fields}).map(
        ([name, value]) => `${name}: ${value}`
      )
      await mkdir(join(root, 'DEBIAN'))
      await writeFile(join(root, 'DEBIAN/control'), `${lines.join('\n')}\n`)
      await writeFile(join(root, 'jenkins.war'), 'made by a test\n')
      const path = join(folder, file)
      await run('dpkg-deb', ['--root-owner-group', '--build', root, path])
      return path
    },
    archive: (file, manifest) =>
      write(file, zipOf([{name: 'META-INF/MANIFEST.MF', content: `${manifest.join('\r\n')}\r\n\r\n`}])),
    text: write,
    remove: () => rm(folder, {recursive: true})
  }
}

export const warManifest = (version: string): readonly string[] => [
  'Manifest-Version: 1.0',
  'Main-Class: executable.Main',
  `Jenkins-Version: ${version}`
]

export function pluginManifest(name: string, dependencies = '', version = '1.0'): readonly string[] {
  return [
    'Manifest-Version: 1.0',
    `Short-Name: ${name}`,
    `Long-Name: The ${name}`,
    `Plugin-Version: ${version}`,
    'Jenkins-Version: 2.504.3',
    'Group-Id: org.example.plugins',
    ...(dependencies === '' ? [] : [`Plugin-Dependencies: ${dependencies}`])
  ]
}
