import {expect, it} from '@jest/globals'
import {proxySettings} from '../../../src/lib/proxy.ts'
import {UserError} from '../../../src/lib/errors.ts'

const loopback = 'localhost,127.0.0.1-127.255.255.255,[::1]'

it('names no proxy where there is none, and never one for this machine', () => {
  expect(proxySettings({})).toEqual({http_proxy: '', https_proxy: '', no_proxy: loopback})
})

it.each([
  [{HTTPS_PROXY: 'http://proxy.example:3128'}, 'http://proxy.example:3128'],
  [{https_proxy: 'http://user:p%40ss@proxy.example'}, 'http://user:p%40ss@proxy.example'],
  [{HTTPS_PROXY: 'proxy.example:3128'}, 'http://proxy.example:3128'],
  [{HTTPS_PROXY: '10.0.0.1:3128', https_proxy: 'http://other'}, 'http://10.0.0.1:3128']
])('reads the proxy as Packer does: %j', (env, expected) => {
  expect(proxySettings(env).https_proxy).toBe(expected)
})

it.each(['socks5://user:secret@proxy.example', 'http://'])(
  'refuses a proxy that cannot be used, and does not show it: %s',
  (value) => {
    expect(() => proxySettings({HTTP_PROXY: value})).toThrow(UserError)
    expect(() => proxySettings({HTTP_PROXY: value})).toThrow(/^HTTP_PROXY does not name an HTTP proxy(?!.*secret)/)
  }
)

it.each([
  ['corp.example', 'corp.example,.corp.example'],
  ['.corp.example *.b.example', '.corp.example,*.b.example'],
  ['CORP.example:8443', 'corp.example:8443,.corp.example:8443'],
  ['*', '*'],
  ['10.1.2.3, 10.0.0.0/8', '10.1.2.3,10.0.0.0-10.255.255.255']
])('reads NO_PROXY %s as Packer does', (value, expected) => {
  expect(proxySettings({NO_PROXY: value}).no_proxy).toBe(`${expected},${loopback}`)
  expect(proxySettings({no_proxy: value}).no_proxy).toBe(`${expected},${loopback}`)
})
