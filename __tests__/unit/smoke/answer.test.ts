import {describe, expect, it} from '@jest/globals'
import {stateOf} from '../../../src/smoke/answer.ts'

const http = (status: number, version?: string, body = ''): Parameters<typeof stateOf>[0] => ({
  kind: 'http',
  status,
  body,
  ...(version ? {version} : {})
})

it('takes no answer for a machine that boots', () => {
  expect(stateOf({kind: 'none', reason: 'connect ECONNREFUSED'})).toEqual({
    state: 'booting',
    detail: 'connect ECONNREFUSED'
  })
})

it.each([
  ['loading', 'Please wait while Jenkins is getting ready to work ...'],
  ['restarting', 'Please wait while Jenkins is restarting …']
])('waits while Jenkins is %s', (_, page) => {
  expect(stateOf(http(503, undefined, `<h1>${page}</h1>`)).state).toBe('starting')
})

it.each([200, 302, 401, 403])('is ready at %i with a version', (status) => {
  expect(stateOf(http(status, '2.568.2'))).toEqual({state: 'ready', version: '2.568.2'})
})

describe('fails at once', () => {
  it('when Jenkins could not start, with the cause and without its markup', () => {
    const page = '<head><title>Jenkins</title></head><h1>Error</h1><pre>java.io.IOException: no &lt;space&gt;</pre>'
    expect(stateOf(http(503, '2.568.2', page))).toEqual({
      state: 'failed',
      detail: 'Jenkins could not start (503): Error java.io.IOException: no <space>'
    })
  })

  it.each([
    ['<HEAD><title>a</title></HEAD >b<style >c</style>d<script>e</script>f<header>g</header>', 'b d f g'],
    ['<script>a</script\n>b<script>c', 'b c'],
    ['<head>a<style>b</head>c</style>d', 'c d'],
    ['<style>a<head>b</head>c', 'a c'],
    ['<script>a</head>b<head>c</script>d', 'd']
  ])('without what a page does not show: %s', (page, shown) => {
    expect(stateOf(http(500, '2.568.2', page))).toMatchObject({detail: `Jenkins answered 500: ${shown}`})
  })

  it.each(['<head ', '<head><style ', '</head ', '<head></head', '<script></script ', '<'])(
    'without looking through a page once for each %s in it',
    (unit) => {
      // One look takes less than a second; a look for each unit would take longer than any test may.
      const page = unit.repeat(Math.ceil(4_000_000 / unit.length))
      expect(stateOf(http(500, '2.568.2', page)).state).toBe('failed')
    }
  )

  it('at another server error, even one of Jenkins itself', () => {
    expect(stateOf(http(500, '2.568.2', 'Oops'))).toEqual({state: 'failed', detail: 'Jenkins answered 500: Oops'})
  })

  it('when something else than Jenkins answers', () => {
    expect(stateOf(http(200, undefined, 'nginx')).state).toBe('failed')
    expect(stateOf(http(404, '2.568.2')).state).toBe('failed')
  })
})
