import ssh2, {type Attributes, type SFTPWrapper} from 'ssh2'
import {absolutePath, addFolder, writeFile, type Disk} from './disk.ts'

const {STATUS_CODE, OPEN_MODE} = ssh2.utils.sftp
const fileType = 0o100000
const folderType = 0o040000
/** Bytes. Go's client has several writes under way at once, so that small holes are normal. */
const largestHole = 1 << 24

/** An upload in progress: its bytes reach the disk when the handle is closed. */
interface Upload {
  readonly path: string
  mode: number
  /** Grows ahead of the bytes in it, of which there are `length`. */
  buffer: Buffer
  length: number
}

/**
 * Uploads by SFTP (`scp` of OpenSSH 9, Packer's `ssh_file_transfer_method = "sftp"`). What uploads do not need (reading, listing,
 * links) is answered "unsupported" by ssh2 itself.
 */
export function serveSftp(sftp: SFTPWrapper, disk: Disk, username: string): void {
  const uploads = new Map<string, Upload>()
  let handles = 0
  const absolute = (path: string) => absolutePath(path, username)
  const ok = (id: number) => sftp.status(id, STATUS_CODE.OK)
  const fail = (id: number) => sftp.status(id, STATUS_CODE.FAILURE)

  const stat = (id: number, path: string) => {
    const attributes = attributesOf(disk, absolute(path))
    if (attributes === undefined) sftp.status(id, STATUS_CODE.NO_SUCH_FILE)
    else sftp.attrs(id, attributes)
  }
  const changeMode = (path: string, mode: number | undefined) => {
    const file = disk.files.get(path)
    if (file !== undefined && mode !== undefined) disk.files.set(path, {...file, mode: mode & 0o7777})
  }

  sftp.on('end', () => endWithStatus(sftp, 0))
  sftp.on('REALPATH', (id, path) => {
    const filename = absolute(path)
    const attrs = attributesOf(disk, filename) ?? attributesFor(fileType, 0)
    sftp.name(id, [{filename, longname: filename, attrs}])
  })
  sftp.on('STAT', stat)
  sftp.on('LSTAT', stat)
  sftp.on('MKDIR', (id, path) => {
    if (disk.folders.has(absolute(path))) return fail(id)
    addFolder(disk, absolute(path))
    return ok(id)
  })
  sftp.on('OPEN', (id, filename, flags, attributes) => {
    const path = absolute(filename)
    if ((flags & OPEN_MODE.WRITE) === 0 || disk.folders.has(path)) return sftp.status(id, STATUS_CODE.PERMISSION_DENIED)
    const before = (flags & OPEN_MODE.TRUNC) === 0 ? disk.files.get(path) : undefined
    const mode = attributes.mode ?? before?.mode ?? 0o644
    const handle = String(handles++)
    const buffer = Buffer.from(before?.bytes ?? [])
    uploads.set(handle, {path, mode: mode & 0o7777, buffer, length: buffer.length})
    return sftp.handle(id, Buffer.from(handle))
  })
  sftp.on('WRITE', (id, handle, offset, data) => {
    const upload = uploads.get(handle.toString())
    return upload !== undefined && write(upload, offset, data) ? ok(id) : fail(id)
  })
  sftp.on('FSETSTAT', (id, handle, attributes) => {
    const upload = uploads.get(handle.toString())
    if (upload === undefined) return fail(id)
    upload.mode = (attributes.mode ?? upload.mode) & 0o7777
    upload.length = Math.min(upload.length, attributes.size ?? upload.length)
    return ok(id)
  })
  sftp.on('SETSTAT', (id, path, attributes) => {
    changeMode(absolute(path), attributes.mode)
    return ok(id)
  })
  sftp.on('CLOSE', (id, handle) => {
    const upload = uploads.get(handle.toString())
    if (upload === undefined) return fail(id)
    uploads.delete(handle.toString())
    writeFile(disk, upload.path, {mode: upload.mode, bytes: upload.buffer.subarray(0, upload.length)})
    return ok(id)
  })
}

/**
 * Ends the channel as sftp-server does when its input ends. OpenSSH's scp fails without an exit status, and ssh2 has no call for it on
 * an SFTP channel: this is what its `Channel.exit` does.
 */
function endWithStatus(sftp: SFTPWrapper, exitStatus: number): void {
  const {_protocol: protocol, outgoing} = sftp as unknown as SftpInternals
  if (outgoing.state === 'open') protocol.exitStatus(outgoing.id, exitStatus)
  sftp.end()
}

/** Parts of ssh2 1.17's lib/protocol/SFTP.js. */
interface SftpInternals {
  readonly _protocol: {exitStatus(channel: number, status: number): void}
  readonly outgoing: {readonly id: number; readonly state: string}
}

function attributesOf(disk: Disk, path: string): Attributes | undefined {
  const file = disk.files.get(path)
  if (file !== undefined) return attributesFor(fileType | file.mode, file.bytes.length)
  return disk.folders.has(path) ? attributesFor(folderType | 0o755, 0) : undefined
}

function attributesFor(mode: number, size: number): Attributes {
  return {mode, size, uid: 0, gid: 0, atime: 0, mtime: 0}
}

/** Writes into an upload; false when the offset is so far beyond the end that the hole would ask for all memory. */
function write(upload: Upload, offset: number, data: Buffer): boolean {
  if (offset > upload.length + largestHole) return false
  const length = Math.max(upload.length, offset + data.length)
  if (length > upload.buffer.length) {
    const larger = Buffer.alloc(length * 2)
    upload.buffer.copy(larger, 0, 0, upload.length)
    upload.buffer = larger
  }
  data.copy(upload.buffer, offset)
  upload.length = length
  return true
}
