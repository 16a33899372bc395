import type {JenkinsState} from './jenkins-boot.ts'

export interface Page {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What the pages of one Jenkins have in common. */
export interface JenkinsFacts {
  readonly version: string
  /** Another one each time that Jenkins starts. */
  readonly session: string
}

export const standIn = 'light machine: this Jenkins is a stand-in, no Java runs here'
const html = {'Content-Type': 'text/html;charset=utf-8', 'X-Content-Type-Options': 'nosniff'}
const uncached = {Expires: '0', 'Cache-Control': 'no-cache,no-store,must-revalidate'}

/** Why the boot failed, as Jenkins's own page and log say it. */
export const failures = {
  'boot-failure': 'No configurator for the following root elements: jenkinz',
  'load-failure': 'java.io.IOException: Unable to read /var/lib/jenkins/config.xml'
}

/** The stack of a `load-failure`, as Functions.printThrowable prints it. */
export const loadFailureStack = [
  failures['load-failure'],
  '\tat hudson.XmlFile.unmarshal(XmlFile.java:196)',
  '\tat jenkins.model.Jenkins.loadConfig(Jenkins.java:3337)',
  '\tat jenkins.model.Jenkins$13.run(Jenkins.java:3463)',
  'Caused: org.jvnet.hudson.reactor.ReactorException',
  '\tat org.jvnet.hudson.reactor.Reactor.execute(Reactor.java:291)',
  '\tat jenkins.InitReactorRunner.run(InitReactorRunner.java:50)',
  'Caused: hudson.util.HudsonFailedToLoad',
  '\tat hudson.WebAppMain$3.run(WebAppMain.java:276)'
]

/** hudson/util/HudsonIsLoading/index.jelly: no X-Jenkins, whatever the path. */
const starting: Page = {
  status: 503,
  headers: {...html, ...uncached},
  body: document(
    'Starting Jenkins',
    '<h1 class="loading">Please wait while Jenkins is getting ready to work</h1>' +
      '<p class="restarting">Your browser will reload automatically when Jenkins is ready</p>'
  )
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

/** What Jenkins answers in a state. Statuses, headers and texts follow the views of jenkinsci/jenkins named at each page. */
export function pageOf(state: Exclude<JenkinsState, 'closed'>, url: string, facts: JenkinsFacts): Page {
  if (state === 'up') return pageWhenUp(url, facts)
  return {starting, 'boot-failure': bootFailure, 'load-failure': loadFailure}[state]
}

/** An anonymous visitor may see the login page and the health check (jenkins/health/HealthCheckAction.java), nothing else. */
function pageWhenUp(url: string, facts: JenkinsFacts): Page {
  const [pathname = ''] = url.split('?')
  if (pathname === '/login') return login(facts)
  if (/^\/health\/?$/.test(pathname)) {
    return {status: 200, headers: {'Content-Type': 'application/json;charset=utf-8'}, body: '{"status":true}'}
  }
  return authenticationRequired(url, facts)
}

/** jenkins/model/Jenkins/login.jelly. */
function login(facts: JenkinsFacts): Page {
  const cookie = `JSESSIONID.${facts.session}=node0${facts.session}; Path=/; HttpOnly`
  return {
    status: 200,
    headers: {...html, ...uncached, ...advertised(facts), 'Set-Cookie': cookie},
    body: document('Sign in - Jenkins', '<h1>Sign in to Jenkins</h1>')
  }
}

/** HudsonAuthenticationEntryPoint.java and Util.printRedirect. */
function authenticationRequired(url: string, facts: JenkinsFacts): Page {
  const loginForm = `/login?from=${encodeURIComponent(url)}`
  const permissions = ['hudson.security.Permission.GenericRead', 'hudson.model.Hudson.Administer']
  return {
    status: 403,
    headers: {
      ...html,
      ...advertised(facts),
      'X-You-Are-Authenticated-As': 'anonymous',
      'X-Required-Permission': 'hudson.model.Hudson.Read',
      'X-Permission-Implied-By': permissions.join(', ')
    },
    body:
      `<html><head><meta http-equiv='refresh' content='1;url=${loginForm}'/></head>` +
      `<body style='background-color:white; color:white;'>\nAuthentication required\n<!--\n${standIn}\n-->\n\n</body></html>`
  }
}

/** Functions.advertiseHeaders. */
function advertised({version, session}: JenkinsFacts): Record<string, string> {
  return {'X-Hudson': '1.395', 'X-Jenkins': version, 'X-Jenkins-Session': session}
}

function document(title: string, body: string): string {
  return `<!DOCTYPE html><html lang="en"><head><title>${title}</title></head><body>${body}<footer>${standIn}</footer></body></html>\n`
}
