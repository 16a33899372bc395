import {describe, expect, it} from '@jest/globals'
import {pageOf} from '../../../../rehearsal/machines/light/jenkins-pages.ts'

const facts = {version: '2.568.2', session: 'abcd1234'}

describe('Jenkins on a light machine', () => {
  it('says on every page that it is a stand-in', () => {
    for (const state of ['starting', 'boot-failure', 'load-failure', 'up'] as const) {
      expect(pageOf(state, '/', facts).body).toContain('this Jenkins is a stand-in')
    }
  })

  it.each(['/', '/login', '/health'])('answers 503 without X-Jenkins while it is getting ready: %s', (url) => {
    const page = pageOf('starting', url, facts)
    expect(page.status).toBe(503)
    expect(page.headers).not.toHaveProperty('X-Jenkins')
    expect(page.body).toContain('Jenkins is getting ready to work')
  })

  it.each([
    ['de-DE,de;q=0.9', 'de', 'Jenkins wird gestartet'],
    ['fr', 'fr', 'Attendre que Jenkins soit prêt'],
    ['ja', 'ja', 'ブラウザは自動的にリロードされます。'],
    ['tlh', 'en', 'Jenkins is getting ready to work'],
    ['*', 'en', 'Jenkins is getting ready to work']
  ])('is getting ready in the visitor’s language: %s', (accepted, language, sentence) => {
    const {body} = pageOf('starting', '/login', facts, accepted)
    expect(body).toContain(`<html lang="${language}">`)
    expect(body).toContain(sentence)
  })

  it('answers 503 with the cause when its configuration was refused', () => {
    const page = pageOf('boot-failure', '/login', facts)
    expect(page.status).toBe(503)
    expect(page.body).toContain('No configurator found for the following root element: jenkinz')
    expect(page.body).not.toContain('getting ready')
  })

  it('answers 500 with the stack when it failed to load', () => {
    const page = pageOf('load-failure', '/login', facts)
    expect(page.status).toBe(500)
    expect(page.body).toContain('<pre>javax.xml.stream.XMLStreamException')
    expect(page.body).toContain('java.io.IOException: Unable to read /var/lib/jenkins/config.xml\n\tat hudson.XmlFile')
  })

  it('shows the login page with its version when it is up', () => {
    const page = pageOf('up', '/login?from=%2F', facts)
    expect(page).toMatchObject({status: 200, headers: {'X-Jenkins': '2.568.2', 'X-Jenkins-Session': 'abcd1234'}})
  })

  it('keeps its root for the administrator of the setup wizard', () => {
    const {status, headers} = pageOf('up', '/?a=b', facts)
    expect(status).toBe(403)
    expect(headers).toMatchObject({'X-Jenkins': '2.568.2', 'X-Required-Permission': 'hudson.model.Hudson.Administer'})
    expect(headers).not.toHaveProperty('X-Permission-Implied-By')
  })

  it('sends anonymous visitors of other pages to the login page', () => {
    const page = pageOf('up', "/job/a?b='><script>", facts)
    expect(page).toMatchObject({
      status: 403,
      headers: {
        'X-Jenkins': '2.568.2',
        'X-Required-Permission': 'hudson.model.Hudson.Read',
        'X-Permission-Implied-By': ['hudson.security.Permission.GenericRead', 'hudson.model.Hudson.Administer']
      }
    })
    expect(page.body).toContain('Authentication required')
    expect(page.body).not.toContain('<script>')
  })

  it('reports its health when it is up, one folder deeper and without its version', () => {
    expect(pageOf('up', '/health?a', facts)).toMatchObject({status: 302, headers: {Location: '/health/?a'}})
    const health = pageOf('up', '/health/', facts)
    expect(health).toMatchObject({status: 200, body: '{"status":true}'})
    expect(health.headers).not.toHaveProperty('X-Jenkins')
  })

  it('answers malformed paths', () => {
    expect(pageOf('up', '//', facts).status).toBe(403)
  })
})
