// Writes into docs/troubleshooting.md what the tables of known causes say. With --check, compares instead of writing.
import {readFile, writeFile} from 'node:fs/promises'
import {awsCauses} from '../src/aws/errors/causes.ts'
import {jenkinsFailures} from '../src/smoke/jenkins-failure.ts'
import {connectionRules} from '../src/packer/diagnosis/connection.ts'
import {machineRules, scriptFailed} from '../src/packer/diagnosis/scripts.ts'
import {imageUnknown, templateRules} from '../src/packer/diagnosis/template.ts'
import {troubleshooting, type Advice} from '../src/lib/advice.ts'

const sections: readonly (readonly [string, readonly Advice[]])[] = [
  ['aws', awsCauses],
  ['connection', connectionRules],
  ['template', [...templateRules, imageUnknown]],
  ['scripts', [...machineRules, scriptFailed]],
  ['jenkins', jenkinsFailures]
]

const present = await readFile(troubleshooting, 'utf8')
const wanted = sections.reduce((text, [name, entries]) => between(text, name, entries.map(entry).join('\n')), present)

if (!process.argv.includes('--check')) await writeFile(troubleshooting, wanted)
else if (wanted !== present) {
  console.error(`${troubleshooting} does not say what the tables of causes say: run 'npm run docs' and commit it.`)
  process.exitCode = 1
}

/** A message points to an entry by the anchor; the heading is for the reader. */
function entry({id, title, cause, change}: Advice): string {
  return `### <a id="${id}"></a>${title}\n\n${cause}\n\n${change}\n`
}

function between(text: string, name: string, content: string): string {
  const marker = new RegExp(`(<!-- ${name}, generated -->\\n)[\\s\\S]*?(<!-- end of ${name} -->)`)
  if (!marker.test(text)) throw new Error(`${troubleshooting} has no place for ${name}`)
  return text.replace(marker, (_, begin: string, end: string) => `${begin}\n${content}\n${end}`)
}
