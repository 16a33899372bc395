import {UserError} from '../../lib/errors.ts'
import {inOneLine} from '../../lib/pattern.ts'
import {nameOf, type RequiredPlugin} from './required.ts'

/** A host of plugins limits this runner's requests for now. */
export interface RateLimit {
  /** When the limit ends according to the host, in milliseconds from now. */
  readonly resetMs?: number
}

const lastLines = 15

/**
 * Whether the output of `packer init` is about a rate limit (packer, plugin-getter/plugins.go and github/getter.go;
 * go-github's errors read `GET URL: STATUS TEXT`).
 */
export function rateLimitIn(said: string): RateLimit | undefined {
  if (!/rate limit|: (403|429)\b/i.test(said)) return undefined
  const [, given = ''] = /Try again in (-?[\dhms.]+)/.exec(said) ?? /retry after (-?[\dhms.]+)/.exec(said) ?? []
  return given === '' ? {} : {resetMs: goDuration(given.slice(0, 40))}
}

/** Go's `1h2m3.4s`, in milliseconds; 0 for a time in the past. */
function goDuration(text: string): number {
  if (text.startsWith('-')) return 0
  const units: Readonly<Record<string, number>> = {h: 3_600_000, m: 60_000, s: 1_000, ms: 1}
  return [...text.matchAll(/([\d.]+)(ms|[hms])/g)].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? 0),
    0
  )
}

/** The output of `packer init`, the plugin that failed, and the advice. */
export function initFailure(
  said: string,
  packer: {readonly version: string},
  {template, required, hadToken}: {template: string; required: readonly RequiredPlugin[]; hadToken: boolean}
): UserError {
  const failed = [...said.matchAll(/^Failed getting the "([^"\n]+)" plugin:/gm)].map(([, source = '']) => source)
  const named = failed.map((source) => {
    const plugin = required.find((each) => each.source === source)
    return plugin ? nameOf(plugin) : source
  })
  const what =
    named.length > 0
      ? `${named.join(' and ')}, which ${template} requires`
      : `the plugins that ${template} requires (packer init failed)`
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  return new UserError(
    [
      `Packer ${packer.version} could not install ${what}. It said:`,
      ...lines.slice(-lastLines),
      adviceFor(said, named, hadToken)
    ].join('\n')
  )
}

function adviceFor(said: string, named: readonly string[], hadToken: boolean): string {
  const which = named.join(' and ') || 'the plugin'
  if (/Unsupported Packer Core version/.test(said)) {
    return "The template's required_version excludes this Packer: set packer-version to one that it allows."
  }
  if (inOneLine(/\bon ./, / line \d/).test(said)) return 'Packer could not read the template: correct it at that line.'
  if (/: 401\b|Bad credentials/.test(said)) {
    return 'GitHub does not accept the token: set github-token to one that is valid on github.com, such as `${{ github.token }}` there (not on GitHub Enterprise Server).'
  }
  if (rateLimitIn(said)) {
    return hadToken
      ? 'GitHub limits the requests of a token: run the job again later, or install the plugins beforehand and set PACKER_PLUGIN_PATH in the env of this step.'
      : 'GitHub limits downloads without a token: set the input github-token to `${{ github.token }}`.'
  }
  if (
    /no release version found|no matching version|could not find a local nor a remote checksum|no release found/.test(
      said
    )
  ) {
    return (
      `No release of ${which} satisfies the version and suits this Packer and platform: change its version in required_plugins, or packer-version. ` +
      "HashiCorp's newer plugins (amazon since 1.3.10) are only on releases.hashicorp.com: use Packer 1.14 or later, and let this runner connect to that host (proxy, firewall)."
    )
  }
  if (/: 404\b/.test(said)) {
    return `There is no such plugin or release on GitHub: correct the source of ${which} in required_plugins.`
  }
  if (/x509|certificate/.test(said)) {
    return 'This runner does not trust the certificate of the server: name the proxy’s certificate authority in SSL_CERT_FILE (or NODE_EXTRA_CA_CERTS) in the env of this step.'
  }
  if (/checksum/i.test(said)) {
    return `The download of ${which} does not match the checksums of its release: run the job again, and check the proxy if it happens again.`
  }
  return (
    'Check the required_plugins block, and that this runner can reach releases.hashicorp.com and github.com (proxy, firewall); or ' +
    'install the plugins beforehand and set PACKER_PLUGIN_PATH in the env of this step.'
  )
}
