import {posix} from 'node:path'
import type {DiskContent} from '../driver.ts'

export interface LightFile {
  readonly mode: number
  readonly bytes: Buffer
}

/** A command that somebody ran over SSH, as it was sent, and the exit status it was answered with. */
interface RanCommand {
  readonly line: string
  readonly exitStatus: number
  /** The uploaded scripts it names to be run, as they were then: Packer uploads the next script to the same path. */
  readonly scripts: readonly LightFile[]
}

/** A light machine's disk, frozen: what was uploaded and what was run. */
export interface LightContent extends DiskContent {
  readonly driver: 'light'
  readonly files: ReadonlyMap<string, LightFile>
  readonly folders: ReadonlySet<string>
  readonly commands: readonly RanCommand[]
  /** What the machine was launched with. Nothing executes it, and machines launched from the image do not see it. */
  readonly userData: string | undefined
}

/** The disk of one running light machine. Nothing of it is on the host's file system. */
export interface Disk {
  readonly files: Map<string, LightFile>
  readonly folders: Set<string>
  readonly commands: RanCommand[]
  readonly userData: string | undefined
}

const debianFolders = [
  '/',
  '/etc',
  '/home',
  '/opt',
  '/root',
  '/srv',
  '/tmp',
  '/usr',
  '/usr/local',
  '/var',
  '/var/lib',
  '/var/tmp'
]

/** The disk of the source image: folders and nothing in them. */
export const pristineContent: LightContent = {
  driver: 'light',
  files: new Map(),
  folders: new Set(debianFolders),
  commands: [],
  userData: undefined
}

/** True for content that this driver made. */
export function isLightContent(content: DiskContent): content is LightContent {
  return content.driver === 'light'
}

/** A disk that starts with an image's content. The login user's home exists, as after the first boot. */
export function diskFrom(content: LightContent, username: string, userData: string | undefined): Disk {
  return {
    files: new Map(content.files),
    folders: new Set([...content.folders, homeOf(username)]),
    commands: [...content.commands],
    userData
  }
}

/** The content of an image made from the disk as it is now; later changes of the disk do not reach it. */
export function contentOf(disk: Disk): LightContent {
  return {
    driver: 'light',
    files: new Map(disk.files),
    folders: new Set(disk.folders),
    commands: [...disk.commands],
    userData: disk.userData
  }
}

/** Stores an uploaded file. The folders above it come into being with it. */
export function writeFile(disk: Disk, path: string, file: LightFile): void {
  addFolder(disk, posix.dirname(path))
  disk.files.set(path, file)
}

export function addFolder(disk: Disk, path: string): void {
  for (let folder = path; !disk.folders.has(folder); folder = posix.dirname(folder)) disk.folders.add(folder)
}

function homeOf(username: string): string {
  return username === 'root' ? '/root' : `/home/${username}`
}

/** The absolute form of a path as an SSH client names it: relative to the user's home, `~` included. */
export function absolutePath(path: string, username: string): string {
  return posix.resolve(homeOf(username), path.replace(/^~(?=\/|$)/, '.'))
}
