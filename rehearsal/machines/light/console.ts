/** What a machine shows on its serial console, from its first boot on. */
export interface Console {
  line(text: string): void
  lines(texts: readonly string[]): void
  text(): string
}

export function createConsole(): Console {
  const shown: string[] = []
  return {
    line: (text) => void shown.push(text),
    lines: (texts) => void shown.push(...texts),
    text: () => shown.map((line) => `${line}\n`).join('')
  }
}

export interface Boot {
  readonly instanceId: string
  readonly imageId: string
  readonly username: string
  readonly address: string
  readonly userData: string | undefined
  /** The public half of the host key, in OpenSSH's one-line form, and its fingerprint (`SHA256:…`). */
  readonly hostKey: {readonly line: string; readonly fingerprint: string}
  /** The login key's fingerprint (`SHA256:…`). */
  readonly authorizedKey: string | undefined
}

/** The lines of one boot, in the order and form of a Debian cloud image. Each says that no real machine runs here. */
export function bootLines(boot: Boot): string[] {
  return [
    '[    0.000000] Linux version 0.0.0-light (light machine of the rehearsal: no kernel runs here)',
    `[    0.000000] Command line: light-machine instance=${boot.instanceId} image=${boot.imageId}`,
    '[    0.100000] systemd[1]: Detected virtualization light-machine.',
    `[    0.200000] cloud-init[1]: light machine: address ${boot.address}, login user ${boot.username}`,
    ...userDataLines(boot.userData),
    ...authorizedKeyLines(boot.username, boot.authorizedKey),
    '<14>cloud-init: #############################################################',
    '<14>cloud-init: -----BEGIN SSH HOST KEY FINGERPRINTS-----',
    `<14>cloud-init: 256 ${boot.hostKey.fingerprint} root@${boot.instanceId} (ED25519)`,
    '<14>cloud-init: -----END SSH HOST KEY FINGERPRINTS-----',
    '<14>cloud-init: #############################################################',
    '-----BEGIN SSH HOST KEY KEYS-----',
    `${boot.hostKey.line} root@${boot.instanceId}`,
    '-----END SSH HOST KEY KEYS-----',
    '[    0.300000] systemd[1]: Reached target multi-user.target - Multi-User System.'
  ]
}

export const winRmLine =
  '[    0.400000] light machine: a stand-in for WinRM listens on ports 5985 (HTTP) and 5986 (HTTPS): it records commands and runs none'

export const noWinRmLine =
  '[    0.400000] light machine: no WinRM here, because user data does not set it up (it mentions neither WinRM nor WSMan)'

export const powerOffLine = '[    9.000000] reboot: Power down'

function userDataLines(userData: string | undefined): string[] {
  if (userData === undefined) return []
  const bytes = Buffer.byteLength(userData)
  return [`[    0.210000] cloud-init[1]: light machine: ${bytes} bytes of user data were recorded, not executed`]
}

function authorizedKeyLines(username: string, fingerprint: string | undefined): string[] {
  if (fingerprint === undefined)
    return ['ci-info: no authorized SSH keys fingerprints found for user ' + username + '.']
  return [
    `ci-info: Authorized keys from ${username === 'root' ? '/root' : `/home/${username}`}/.ssh/authorized_keys for user ${username}`,
    `ci-info: ${fingerprint}`
  ]
}
