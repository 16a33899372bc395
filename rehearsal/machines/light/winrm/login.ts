/** Who may log in by WinRM. */
export interface WinRmUsers {
  /** The image's login user, and its first password. */
  readonly username: string
  readonly password: string
  /** Nothing executes it. */
  readonly userData: string | undefined
}

/**
 * Whether user data sets up WinRM, as far as can be told without executing it. Windows does not let Packer in by itself: it takes neither
 * basic authentication nor plain HTTP, and its firewall keeps other networks out.
 */
export function setsUpWinRm(userData = ''): boolean {
  return /winrm|wsman/i.test(userData)
}

/**
 * Whether an Authorization header (Basic) lets somebody in: the login user with the first password, or a user and a password that are in
 * the user data, which counts as having set them.
 */
export function mayLogIn(header: string | undefined, {username, password, userData = ''}: WinRmUsers): boolean {
  const given = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1]
  const [, user = '', secret = ''] = /^([^:]+):(.+)$/s.exec(Buffer.from(given ?? '', 'base64').toString()) ?? []
  if (user === '') return false
  const isLoginUser = user.toLowerCase() === username.toLowerCase()
  if (isLoginUser && secret === password) return true
  return holdsWord(userData, secret) && (isLoginUser || holdsWord(userData, user))
}

/** What stands before and after a word in a script. */
const delimiter = /^[\s"'`;,(){}<>=:]?$/

/** Whether a text has a word in it that is no part of a longer one. */
function holdsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (delimiter.test(text.charAt(at - 1)) && delimiter.test(text.charAt(at + word.length))) return true
  }
  return false
}
