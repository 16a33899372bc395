// The licences of what is bundled, beside the bundle: a bundler drops the comments that hold them.
import {readFile, readdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

/** @param metafile esbuild's account of which files are in the bundle */
export async function writeNotices(metafile, root, target) {
  const folders = new Set(Object.keys(metafile.inputs).flatMap((file) => packageFolder(file) ?? []))
  const notices = await Promise.all([...folders].toSorted().map((folder) => noticeOf(join(root, folder))))
  const unique = [...new Map(notices.map((notice) => [notice.name, notice.text])).values()]
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
  return {name: `${name}@${version}`, text: `${name} ${version} (${license})\n${source}\n\n${text}\n`}
}
