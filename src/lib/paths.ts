import {accessSync, constants, existsSync, statSync} from 'node:fs'
import * as path from 'node:path'
import {quoted, type Parse} from './parse.ts'

/** An existing file or folder. */
export function existing(workspace: string): Parse<string> {
  return (value) => {
    const resolved = path.resolve(workspace, value)
    if (!existsSync(resolved))
      throw new Error(
        `${quoted(value)} does not exist (looked for ${quoted(resolved)}); is actions/checkout missing before this step?`
      )
    return resolved
  }
}

/** Paths, one on each line or separated by commas; they may have blanks in them. */
export function pathList(value: string): string[] {
  return value
    .split(/[\n,]/)
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

export function fileOf(workspace: string): Parse<string> {
  return (value) => {
    const file = existing(workspace)(value)
    if (!statSync(file).isFile()) throw new Error(`${quoted(value)} is not a file`)
    return file
  }
}

export function folderOf(workspace: string): Parse<string> {
  return (value) => {
    const location = existing(workspace)(value)
    if (!statSync(location).isDirectory()) throw new Error(`${quoted(value)} is not a folder`)
    return location
  }
}

/** A file that Packer uploads and runs. */
export function scriptOf(workspace: string): Parse<string> {
  return (value) => {
    const file = existing(workspace)(value)
    if (!statSync(file).isFile()) throw new Error(`${quoted(value)} is not a file; expected a bash script`)
    if (file.includes('{{')) throw new Error(`${quoted(file)} has {{ in its path, which Packer would evaluate`)
    if (file !== file.normalize('NFC')) {
      throw new Error(`${quoted(file)} has combining accents in its path, which Packer would normalize to Unicode NFC`)
    }
    return file
  }
}

/** Whether a program of this name is on an environment's PATH. */
export function isOnPath(name: string, env: Readonly<Record<string, string | undefined>>): boolean {
  return (env['PATH'] ?? '').split(path.delimiter).some((folder) => folder !== '' && isProgram(path.join(folder, name)))
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
