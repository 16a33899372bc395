import ipaddr from 'ipaddr.js'
import {UserError} from './errors.ts'

/** Hosts that Packer's Go never reaches through a proxy, either. */
const loopback = ['localhost', '127.0.0.1-127.255.255.255', '[::1]']

/**
 * The proxies that an environment names (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in either case), as options of Node's
 * agents, so that the action uses the same proxies as Packer. Node by itself ignores a proxy without `http://`, takes
 * `corp.example` in NO_PROXY for that one host, and knows no CIDR there (nodejs.org/api/http.html, "Built-in Proxy
 * Support").
 *
 * @throws {UserError} for a proxy that is neither HTTP nor HTTPS
 */
export function proxySettings(env: NodeJS.ProcessEnv): {http_proxy: string; https_proxy: string; no_proxy: string} {
  const direct = valueOf(env, 'NO_PROXY')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .flatMap(exceptions)
  return {
    http_proxy: proxyUrl(env, 'HTTP_PROXY'),
    https_proxy: proxyUrl(env, 'HTTPS_PROXY'),
    no_proxy: [...direct, ...loopback].join(',')
  }
}

function valueOf(env: NodeJS.ProcessEnv, name: string): string {
  return env[name] || env[name.toLowerCase()] || ''
}

function proxyUrl(env: NodeJS.ProcessEnv, name: string): string {
  const value = valueOf(env, name)
  if (value === '') return ''
  const url = value.includes('://') ? value : `http://${value}`
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return url
  // The value is not shown: there may be a password in it.
  throw new UserError(
    `${name} does not name an HTTP proxy. Set it to a URL such as http://proxy.example:3128 (SOCKS proxies cannot be used).`
  )
}

function exceptions(entry: string): string[] {
  if (ipaddr.IPv4.isValidCIDR(entry)) {
    const ends = [ipaddr.IPv4.networkAddressFromCIDR(entry), ipaddr.IPv4.broadcastAddressFromCIDR(entry)]
    return [ends.map((end) => end.toString()).join('-')]
  }
  return /^[.*[]/.test(entry) || ipaddr.isValid(entry) ? [entry] : [entry, `.${entry}`]
}
