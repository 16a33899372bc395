import type {JenkinsState} from './jenkins-boot.ts'
import {inLanguage} from './jenkins-languages.ts'

export interface Page {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string
}

/** What the pages of one Jenkins have in common. */
export interface JenkinsFacts {
  readonly version: string
  /** Another one each time that Jenkins starts. */
  readonly session: string
}

export const standIn = 'light machine: this Jenkins is a stand-in, no Java runs here'
const common = {'X-Content-Type-Options': 'nosniff', Vary: 'Accept-Encoding'}
const html = {...common, 'Content-Type': 'text/html;charset=utf-8'}
const uncached = {Expires: '0', 'Cache-Control': 'no-cache,no-store,must-revalidate'}

/** Why the boot failed, as Jenkins's own page and log say it. */
export const failures = {
  'boot-failure': 'No configurator found for the following root element: jenkinz',
  'load-failure': 'java.io.IOException: Unable to read /var/lib/jenkins/config.xml'
}

/** The stack of a `load-failure`, as Functions.printThrowable prints it: the root cause first. */
export const loadFailureStack = [
  'javax.xml.stream.XMLStreamException: ParseError at [row,col]:[1,14]',
  'Message: XML document structures must start and end within the same entity.',
  '\tat java.xml/com.sun.org.apache.xerces.internal.impl.XMLStreamReaderImpl.next(XMLStreamReaderImpl.java:652)',
  'Caused: com.thoughtworks.xstream.io.StreamException: ',
  '\tat com.thoughtworks.xstream.io.xml.StaxReader.pullNextEvent(StaxReader.java:74)',
  `Caused: ${failures['load-failure']}`,
  '\tat hudson.XmlFile.unmarshal(XmlFile.java:199)',
  '\tat hudson.XmlFile.unmarshal(XmlFile.java:179)',
  '\tat jenkins.model.Jenkins.load(Jenkins.java:3359)',
  '\tat jenkins.model.Jenkins.lambda$loadTasks$0(Jenkins.java:3476)',
  'Caused: org.jvnet.hudson.reactor.ReactorException',
  '\tat org.jvnet.hudson.reactor.Reactor.execute(Reactor.java:290)',
  '\tat jenkins.InitReactorRunner.run(InitReactorRunner.java:49)',
  'Caused: hudson.util.HudsonFailedToLoad',
  '\tat hudson.WebAppMain$3.run(WebAppMain.java:277)'
]

/** hudson/util/HudsonIsLoading/index.jelly: no X-Jenkins, whatever the path, in the visitor's language. */
function starting(accepted: string): Page {
  const {language, starting: heading, reloading} = inLanguage(accepted)
  const spinner = `<h1 class="loading"><p class="jenkins-spinner">${heading}</h1>`
  return {
    status: 503,
    headers: {...html, ...uncached},
    body: document('Starting Jenkins', `${spinner}<p class="restarting">${reloading}`, language)
  }
}

/**
 * A boot that Configuration as Code refused: its ConfigurationAsCodeBootFailure.java sets 503 and shows error.jelly. Jenkins has
 * cleaned up by then, so there is no X-Jenkins.
 */
const bootFailure: Page = {
  status: 503,
  headers: {...html, ...uncached, 'X-Hudson-Theme': 'default'},
  body: document(
    'Error loading configuration - Jenkins',
    `<h1>Error loading configuration</h1><p>${failures['boot-failure']}<pre><code>jenkinz</code></pre></p>`
  )
}

/**
 * Any other failed boot: hudson/util/HudsonFailedToLoad/index.jelly turns the 503 of ErrorObject.java into a 500 (`st:statusCode`).
 */
const loadFailure: Page = {
  status: 500,
  headers: {...html, ...uncached, 'X-Hudson-Theme': 'default'},
  body: document('Jenkins', `<h1>Error</h1><pre>${loadFailureStack.join('\n')}</pre>`)
}

/**
 * What Jenkins answers in a state. Statuses, headers and texts follow the views of jenkinsci/jenkins named at each page.
 *
 * @param accepted the header Accept-Language
 */
export function pageOf(state: Exclude<JenkinsState, 'closed'>, url: string, facts: JenkinsFacts, accepted = ''): Page {
  if (state === 'up') return pageWhenUp(url, facts)
  return {starting: starting(accepted), 'boot-failure': bootFailure, 'load-failure': loadFailure}[state]
}

/** An anonymous visitor may see the login page and the health check (jenkins/health/HealthCheckAction.java), nothing else. */
function pageWhenUp(url: string, facts: JenkinsFacts): Page {
  const [pathname = '', query] = url.split('?')
  if (pathname === '/login') return login(facts)
  if (pathname === '/health') {
    const location = `/health/${query === undefined ? '' : `?${query}`}`
    return {status: 302, headers: {...common, Location: location}, body: ''}
  }
  if (pathname === '/health/') {
    return {
      status: 200,
      headers: {...common, 'Content-Type': 'application/json;charset=utf-8'},
      body: '{"status":true}'
    }
  }
  // SetupWizard.java keeps the root for its administrator.
  return authenticationRequired(url, facts, pathname === '/' ? [administer] : [read, anything, administer])
}

/** jenkins/model/Jenkins/login.jelly. */
function login(facts: JenkinsFacts): Page {
  return {
    status: 200,
    headers: {...html, ...uncached, ...advertised(facts), 'X-Hudson-Theme': 'default', 'X-Frame-Options': 'sameorigin'},
    body: document('Sign in - Jenkins', '<h1>Sign in to Jenkins</h1>')
  }
}

const administer = 'hudson.model.Hudson.Administer'
const read = 'hudson.model.Hudson.Read'
const anything = 'hudson.security.Permission.GenericRead'

/** HudsonAuthenticationEntryPoint.java, AccessDeniedException3.java and Util.printRedirect. */
function authenticationRequired(url: string, facts: JenkinsFacts, permissions: readonly string[]): Page {
  const loginForm = `/login?from=${encodeURIComponent(url)}`
  const [required = '', ...implying] = permissions
  return {
    status: 403,
    headers: {
      ...html,
      ...advertised(facts),
      Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
      'X-You-Are-Authenticated-As': 'anonymous',
      'X-Required-Permission': required,
      ...(implying.length > 0 ? {'X-Permission-Implied-By': implying} : {})
    },
    body:
      `<html><head><meta http-equiv='refresh' content='1;url=${loginForm}'/></head>` +
      `<body style='background-color:white; color:white;'>\nAuthentication required\n<!--\n${standIn}\n-->\n\n</body></html>`
  }
}

/** Functions.advertiseHeaders. */
function advertised({version, session}: JenkinsFacts): Record<string, string> {
  const cookie = `JSESSIONID.${session}=node0${session}.node0; Path=/; HttpOnly; SameSite=Lax`
  return {'X-Hudson': '1.395', 'X-Jenkins': version, 'X-Jenkins-Session': session, 'Set-Cookie': cookie}
}

function document(title: string, body: string, language = 'en'): string {
  return `<!DOCTYPE html><html lang="${language}"><head><title>${title}</title></head><body>${body}<footer>${standIn}</footer></body></html>\n`
}
