import {createHmac, randomBytes, timingSafeEqual} from 'node:crypto'
import {gunzipSync} from 'node:zlib'
import {longestBody, type Answer} from './answer.ts'
import {versionIn} from './request.ts'

/** The beginning of a report on the console. */
const mark = 'bake-jenkins-ami-probe'
const longestReason = 200
const unreadable = 'what the machine reports cannot be read'
/** In bytes, unpacked. */
const longestReport = 262_144

/** A secret of one smoke test. It is in that machine's user data, and nowhere else. */
export function newProbeKey(): string {
  return randomBytes(32).toString('hex')
}

/**
 * A program that sends requests to this machine's Jenkins, as the action does from outside, and prints the result on
 * the console when it has changed, and every few seconds. It needs Python, as cloud-init itself does.
 *
 * Every program on the machine can write to the console: each report is authenticated with the key, so that neither a
 * recording in the image nor the output of another program can pass for one. Root on the machine knows the key.
 *
 * It asks at the machine's own address, where a server that listens on the loopback address alone is not reached either.
 */
export function selfProbe(key: string, port: number): string {
  return String.raw`import base64, gzip, hmac, http.client, json, socket, time
KEY = b'${key}'
def ask():
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            way.connect(('169.254.169.254', 80))
            address = way.getsockname()[0]
        def get(path):
            there = http.client.HTTPConnection(address, ${port}, timeout=10)
            there.request('GET', path, headers={'Accept-Language': 'en', 'User-Agent': 'bake-jenkins-ami'})
            answer = there.getresponse()
            body = answer.read(16384).decode('utf-8', 'replace')
            there.close()
            return answer, body
        answer, body = get('/login')
        root = get('/')[0].status if answer.status < 500 else 0
        return {'status': answer.status, 'version': answer.getheader('X-Jenkins') or '', 'body': body, 'root': root}
    except Exception as error:
        return {'reason': str(error)[:${longestReason}] or type(error).__name__}
last, at = None, 0
while True:
    answer = ask()
    state = [answer.get(name) for name in ('status', 'version', 'reason')]
    if state != last or time.monotonic() - at >= (5 if answer.get('status', 0) >= 500 else 15):
        last, at = state, time.monotonic()
        text = base64.b64encode(gzip.compress(json.dumps(answer).encode())).decode()
        with open('/dev/console', 'w') as console:
            console.write('\n${mark} %s %s\n' % (text, hmac.new(KEY, text.encode(), 'sha256').hexdigest()))
    time.sleep(2)
`
}

/** The newest report on a console that was made with the key; undefined when there is none. */
export function reportIn(consoleText: string, key: string): Answer | undefined {
  const reports = [...consoleText.matchAll(new RegExp(`${mark} ([A-Za-z0-9+/=]{1,60000}) ([0-9a-f]{64})`, 'g'))]
  for (const [, text = '', code = ''] of reports.toReversed()) {
    const expected = createHmac('sha256', key).update(text).digest()
    if (timingSafeEqual(expected, Buffer.from(code, 'hex'))) return read(text)
  }
  return undefined
}

/** A console without the reports, which are not for people. */
export function withoutReports(consoleText: string): string {
  return consoleText
    .split('\n')
    .filter((line) => !line.includes(mark))
    .join('\n')
}

/** Even with a valid signature it is untrusted, so its form is checked. */
function read(text: string): Answer {
  const nothing = (reason: string): Answer => ({kind: 'none', reason})
  try {
    const json = gunzipSync(Buffer.from(text, 'base64'), {maxOutputLength: longestReport}).toString('utf8')
    const {status, version, body, reason, root} = JSON.parse(json) as Readonly<Record<string, unknown>>
    if (typeof status !== 'number' || typeof body !== 'string') {
      return nothing(typeof reason === 'string' ? reason.slice(0, longestReason) : unreadable)
    }
    const known = versionIn(typeof version === 'string' ? version : undefined)
    return {
      kind: 'http',
      status,
      ...(known ? {version: known} : {}),
      body: body.slice(0, longestBody),
      ...(typeof root === 'number' && root > 0 ? {rootStatus: root} : {})
    }
  } catch {
    return nothing(unreadable)
  }
}
