import {chmod, mkdir, open, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

export const firstMark = 'the-first-line-of-much-output'
export const lastMark = 'the-last-line-of-much-output'

const lineOf = (text: string): string => `1700000000,,ui,message,    amazon-ebs.jenkins: ${text}\n`
const pieces = 64 * 1_024

/** Writes machine-readable output of Packer into a file, as a provisioner that prints very much makes it. @returns its size in MB */
export async function writeMuchOutput(file: string, mb: number): Promise<number> {
  const line = lineOf(
    'Get:42 http://mirror.example.org/debian trixie/main amd64 libfontconfig1 amd64 2.15.0-2.3 [392 kB]'
  )
  const block = Buffer.from(line.repeat(Math.ceil(pieces / line.length)))
  const handle = await open(file, 'w')
  try {
    await handle.write(lineOf('Provisioning with shell script: /template/much.sh').replace('    ', '==> '))
    await handle.write(lineOf(firstMark))
    let bytes = 0
    for (; bytes < mb * 1e6; bytes += block.length) await handle.write(block)
    await handle.write(lineOf(lastMark))
    return bytes / 1e6
  } finally {
    await handle.close()
  }
}

/**
 * Puts a stand-in for Packer into a folder: it accepts any template, has every plugin, prints a file when it is to build, and fails.
 *
 * @returns the folder for PATH
 */
export async function chattyPacker(folder: string, output: string): Promise<string> {
  const path = join(folder, 'chatty-packer')
  await mkdir(path, {recursive: true})
  const script = [
    '#!/bin/sh',
    '# A stand-in for Packer that prints much.',
    'case "$1" in',
    '  version) echo "1700000000,,version,1.16.0" ;;',
    `  build) cat '${output}'; exit 1 ;;`,
    'esac'
  ]
  await writeFile(join(path, 'packer'), `${script.join('\n')}\n`)
  await chmod(join(path, 'packer'), 0o755)
  return path
}
