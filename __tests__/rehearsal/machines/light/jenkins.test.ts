import {once} from 'node:events'
import {createServer} from 'node:http'
import {describe, expect, it} from '@jest/globals'
import {createConsole} from '../../../../rehearsal/machines/light/console.ts'
import {startJenkins} from '../../../../rehearsal/machines/light/jenkins.ts'
import type {JenkinsMode} from '../../../../rehearsal/machines/light/jenkins-boot.ts'
import {listen} from '../../../../rehearsal/machines/light/listener.ts'

/** What a visitor of /login sees: refused, or a status and the version. */
async function visit(port: number): Promise<string> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/login`)
    return `${response.status} ${response.headers.get('x-jenkins')}`
  } catch {
    return 'refused'
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  server.close()
  await once(server, 'close')
  if (bound === null || typeof bound === 'string') throw new Error('The server has no port')
  return bound.port
}

/** Runs through all phases of a mode, with a visit in each of them instead of its time. */
async function visitsThrough(mode: JenkinsMode) {
  const port = await freePort()
  const console = createConsole()
  const seen: string[] = []
  const jenkins = startJenkins({
    mode,
    version: '2.568.2',
    listen: (onConnection) => listen({address: '127.0.0.1', port}, () => true, onConnection),
    onProbe: () => {},
    console,
    log: () => {},
    sleep: async (ms) => void seen.push(`${ms} ms: ${await visit(port)}`)
  })
  await jenkins.settled
  seen.push(await visit(port))
  await jenkins.stop()
  return {seen, afterStop: await visit(port), console: console.text()}
}

describe('the service', () => {
  it('gets ready, then is up', async () => {
    const {seen, afterStop, console} = await visitsThrough('ready')
    expect(seen).toEqual(['150 ms: refused', '250 ms: 503 null', '200 2.568.2'])
    expect(afterStop).toBe('refused')
    expect(console).toContain('light machine: this Jenkins is a stand-in, no Java runs here')
    expect(console).toMatch(
      /\n\[LF\]> Please use the following password to proceed to installation:\n\[LF\]> \n\[LF\]> [0-9a-f]{32}\n/
    )
    expect(console).toContain('\njava.net.UnknownHostException: updates.jenkins.io\n\tat ')
    expect(console).toContain('hudson.lifecycle.Lifecycle#onReady: Jenkins is fully up and running')
  })

  it('takes longer when it is slow', async () => {
    expect((await visitsThrough('slow')).seen).toEqual(['1000 ms: refused', '4000 ms: 503 null', '200 2.568.2'])
  })

  it('is up in another version', async () => {
    expect((await visitsThrough('wrong-version')).seen.at(-1)).toBe('200 2.568.3')
  })

  it('stays at the page of a refused configuration, with the cause on the console', async () => {
    const {seen, console} = await visitsThrough('boot-failure')
    expect(seen).toEqual(['150 ms: refused', '200 ms: 503 null', '503 null'])
    expect(console).toContain(
      'Failed to initialize Jenkins\nio.jenkins.plugins.casc.UnknownConfiguratorException: No configurator'
    )
  })

  it('stays at the page of a failed load, with the stack on the console', async () => {
    const {seen, console} = await visitsThrough('load-failure')
    expect(seen).toEqual(['150 ms: refused', '200 ms: 503 null', '500 null'])
    expect(console).toContain(
      'Failed to initialize Jenkins\njavax.xml.stream.XMLStreamException: ParseError at [row,col]:[1,14]\n[LF]> Message: '
    )
    expect(console).toContain('\nCaused: java.io.IOException: Unable to read /var/lib/jenkins/config.xml\n\tat ')
  })

  it('is restarted by systemd five times, then given up', async () => {
    const {seen, console} = await visitsThrough('restart-loop')
    const round = ['150 ms: refused', '200 ms: 503 null', '50 ms: 503 null']
    expect(seen).toEqual([...round, ...round, ...round, ...round, ...round, 'refused'])
    expect(console).toContain('jenkins.service: Start request repeated too quickly.')
  })

  it('never listens when it is absent', async () => {
    expect((await visitsThrough('absent')).seen).toEqual(['refused'])
  })
})
