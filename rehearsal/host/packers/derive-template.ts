import {cp, readdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

/** What Packer 1.6.6, Debian's package, does not know. Each begins at a line that matches `begins`. */
interface Removal {
  readonly name: string
  readonly begins: RegExp
  readonly why: string
}

const removals: readonly Removal[] = [
  {name: 'packer', begins: /^packer \{$/, why: 'it has the amazon builder built in and refuses required_plugins'},
  {name: 'metadata_options', begins: /^ *metadata_options \{$/, why: 'it refuses the block'},
  {
    name: 'enable_unlimited_credits',
    begins: /^ *enable_unlimited_credits += /,
    why: 'its name for it is enable_t2_unlimited, for T2 alone'
  },
  {name: 'validation', begins: /^ *validation \{$/, why: 'its can() is false for every value, and it has no alltrue()'},
  {
    name: 'temporary_key_pair_type',
    begins: /^ *temporary_key_pair_type += /,
    why: 'it accepts the attribute, never sends it, and gets an RSA key'
  }
]

const sourceBegins = /^source "amazon-ebs" "[^"]+" \{$/
const endpointAttribute = '  custom_endpoint_ec2 = var.custom_endpoint_ec2'
const endpointVariable = `variable "custom_endpoint_ec2" {
  type        = string
  description = "The local cloud's URL. This Packer's AWS SDK knows no AWS_ENDPOINT_URL."
}
`

/**
 * Copies the shipped template to `targetDirectory` and reduces it to what Packer 1.6.6 understands. The result also
 * wants the local cloud's endpoint, as PKR_VAR_custom_endpoint_ec2 in Packer's environment.
 *
 * The template is formatted by `packer fmt`, so a block ends at the first closing brace with its own indentation.
 * @throws when a file of the template is already in `targetDirectory`, or when a rule finds nothing to apply to.
 */
export async function deriveForOldPacker(shippedDirectory: string, targetDirectory: string): Promise<void> {
  await cp(shippedDirectory, targetDirectory, {recursive: true, force: false, errorOnExist: true})
  const applied = new Set<string>()
  for (const name of await readdir(targetDirectory)) {
    if (!name.endsWith('.pkr.hcl')) continue
    const path = join(targetDirectory, name)
    const lines = (await readFile(path, 'utf8')).split('\n')
    await writeFile(path, reduce(lines, applied, name).join('\n'))
  }
  await writeFile(join(targetDirectory, 'custom-endpoint.pkr.hcl'), endpointVariable, {flag: 'wx'})

  const stale = [...removals.map(({name}) => name), 'source "amazon-ebs"'].filter((rule) => !applied.has(rule))
  if (stale.length > 0) {
    throw new Error(
      `The template in ${shippedDirectory} has nothing that these rules for Packer 1.6.6 apply to: ${stale.join(', ')}. ` +
        'It has changed since the rules were written: correct them in rehearsal/host/packers/derive-template.ts.'
    )
  }
}

function reduce(lines: readonly string[], applied: Set<string>, file: string): string[] {
  const kept: string[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const removal = removals.find(({begins}) => begins.test(line))
    if (removal) {
      applied.add(removal.name)
      at = lastLineOf(lines, at, file)
      continue
    }
    kept.push(line)
    if (sourceBegins.test(line)) {
      applied.add('source "amazon-ebs"')
      kept.push(endpointAttribute)
    }
  }
  return kept
}

/** The index of the last line of the attribute or block that begins at `start`. */
function lastLineOf(lines: readonly string[], start: number, file: string): number {
  const first = lines[start] ?? ''
  if (!first.endsWith('{')) return start
  const closing = `${first.slice(0, first.length - first.trimStart().length)}}`
  const end = lines.indexOf(closing, start)
  if (end === -1)
    throw new Error(`${file}, line ${start + 1}: the block "${first.trim()}" has no closing brace of its own.`)
  return end
}
