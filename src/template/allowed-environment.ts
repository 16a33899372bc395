/**
 * The variables of the runner's environment that Packer, its plugins and a template's own tools need, and no others.
 */
const names = new Set(
  [
    ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR'],
    ['XDG_CONFIG_HOME', 'XDG_CACHE_HOME'],
    ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'],
    ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'AWS_CA_BUNDLE', 'AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'],
    ['AWS_MAX_ATTEMPTS', 'AWS_POLL_DELAY_SECONDS', 'AWS_TIMEOUT_SECONDS'],
    // The runner finds processes that a job left behind by this variable.
    ['RUNNER_TRACKING_ID']
  ].flat()
)
const prefixes = ['LC_', 'PKR_VAR_', 'PACKER_', 'AWS_ENDPOINT_URL']

/** Used instead of a TMPDIR that is too long. */
export const shortTemporaryFolder = '/tmp'

/**
 * In bytes. Packer talks with its plugins through sockets in TMPDIR, `packer-plugin` and up to ten digits, and no
 * system allows more than 103 bytes for the path of a socket (macOS; Linux 107).
 */
const longestTemporaryFolder = 79

/** Whether Packer's plugins could not start with this TMPDIR. */
export function isTooLong(temporaryFolder: string | undefined): boolean {
  return temporaryFolder !== undefined && Buffer.byteLength(temporaryFolder) > longestTemporaryFolder
}

/**
 * The part of the runner's environment that Packer may see when it needs no AWS: to tell its version, or to `init`. Only init reads
 * from GitHub, and is given the token for it apart from this.
 */
export function allowedEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const allowed = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      entry[0] !== 'PACKER_GITHUB_API_TOKEN' &&
      (names.has(entry[0]) || prefixes.some((prefix) => entry[0].startsWith(prefix)))
  )
  // Packer must trust the certificate authorities that this action's Node trusts; Go reads the system's own in
  // addition.
  const extraCa = env['NODE_EXTRA_CA_CERTS']
  return {
    ...(extraCa ? {SSL_CERT_FILE: extraCa} : {}),
    ...Object.fromEntries(allowed),
    ...(isTooLong(env['TMPDIR']) ? {TMPDIR: shortTemporaryFolder} : {}),
    CHECKPOINT_DISABLE: '1',
    PACKER_NO_COLOR: '1'
  }
}
