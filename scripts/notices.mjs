// The licences of what is bundled, beside the bundle: a bundler drops the comments that hold them.
import {readFile, readdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

/** @param {readonly string[]} files those of which something is in the bundle, relative to the root */
export async function writeNotices(files, root, target) {
  const folders = new Set(files.flatMap((file) => packageFolder(file) ?? []))
  const notices = await Promise.all([...folders].toSorted().map((folder) => noticeOf(join(root, folder))))
  const texts = [...new Map(notices.map((notice) => [notice.name, notice.text])).values()]
  // The Lesser GPL is a list of permissions beyond the GPL, whose text must be with it.
  const isLesser = notices.some(({license}) => license.startsWith('LGPL-3.0'))
  const unique = isLesser
    ? [...texts, await readFile(join(import.meta.dirname, 'licences/GPL-3.0.txt'), 'utf8')]
    : texts
  await writeFile(join(target, 'THIRD-PARTY-NOTICES.txt'), unique.join(`\n${'-'.repeat(80)}\n\n`))
}

function packageFolder(file) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]
}

async function noticeOf(folder) {
  const {
    name,
    version,
    license = 'see its repository',
    repository
  } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry))
  const text = file ? (await readFile(join(folder, file), 'utf8')).trim() : `Licence: ${license}`
  const source = typeof repository === 'string' ? repository : (repository?.url ?? '')
  return {name: `${name}@${version}`, license, text: `${name} ${version} (${license})\n${source}\n\n${text}\n`}
}
