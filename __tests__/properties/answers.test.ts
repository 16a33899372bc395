import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:http'
import {once} from 'node:events'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import * as core from '@actions/core'
import {EC2Client, GetConsoleOutputCommand} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {mockClient} from 'aws-sdk-client-mock'
import type {Outcome} from '../../src/bake/outcome.ts'
import {explainRefusal} from '../../src/aws/errors/explain.ts'
import {sweepSummary} from '../../src/action/sweep-summary.ts'
import {outputsOf} from '../../src/action/outputs.ts'
import {explain} from '../../src/lib/errors.ts'
import {actionsLog} from '../../src/lib/log.ts'
import {summaryOf} from '../../src/action/summary.ts'
import {stateOf} from '../../src/smoke/answer.ts'
import {readEvidence} from '../../src/smoke/evidence.ts'
import {askJenkins} from '../../src/smoke/request.ts'
import {parseKeyValueFile} from '../../rehearsal/runner/file-commands.ts'
import {verified} from '../helpers/outcomes.ts'
import {showOnGitHub} from '../unit/action/github.ts'
import {effectsOf, forEachOutput, none, seenByRunner, written} from './as-runner.ts'

const never = new AbortController().signal

/** An answer of AWS as its SDK throws it. */
function awsError(name: string, message: string): Error {
  return Object.assign(new Error(message), {name, $fault: 'client', $metadata: {}})
}

async function expectText(work: () => unknown, commands: readonly string[] = []): Promise<void> {
  expect(effectsOf(seenByRunner(await written(work)))).toEqual({...none, commands})
}

it('reports an answer of AWS in one message that is text', () =>
  forEachOutput(async (text) => {
    const log = actionsLog()
    for (const name of ['UnauthorizedOperation', 'InvalidParameterValue', text.slice(0, 200)]) {
      await expectText(() => log.error(explain(explainRefusal('Launching', awsError(name, text)))), ['error'])
      await expectText(() => log.warning(`It could not be checked: ${text}`), ['warning'])
      await expectText(() => log.info(`Removing instance (${text})`))
    }
    await expectText(() => log.error('Invalid', {file: text, line: 1}), ['error'])
    await expectText(() => log.phase(`Smoke test of ${text}`, async () => undefined), ['group', 'endgroup'])
  }))

it('shows the console of a machine as text', () =>
  forEachOutput(async (text) => {
    const ec2 = mockClient(EC2Client)
    ec2.on(GetConsoleOutputCommand).resolves({Output: Buffer.from(text).toString('base64')})
    const client = new EC2Client({region: 'eu-west-1'})
    await expectText(async () => actionsLog().quote('console', (await readEvidence(client, 'i-1', never)).text))
    ec2.on(GetConsoleOutputCommand).rejects(awsError('InternalError', text))
    await expectText(async () => actionsLog().quote('console', (await readEvidence(client, 'i-1', never)).text))
    ec2.restore()
  }))

it('takes no version out of a page, and says what it shows in one line', () =>
  forEachOutput(async (text) => {
    // Of a header's value, HTTP leaves these characters.
    const header = text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 8_000)
    const server = createServer((__, response) => {
      response.writeHead(500, {'x-jenkins': header})
      response.end(text)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const answer = await askJenkins('127.0.0.1', (server.address() as AddressInfo).port, '/login', never)
      expect(answer).not.toHaveProperty('version')
      const state = stateOf(answer)
      expect(state.state).toBe('failed')
      const detail = 'detail' in state ? state.detail : ''
      expect(detail.length).toBeLessThan(700)
      expect(detail).not.toMatch(/[\r\n]/)
      await expectText(() => actionsLog().error(`The image was rejected: ${detail}`), ['error'])
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }))

/** Everything that is not this action's own, replaced. */
function outcomeOf(text: string): Outcome {
  const [image] = verified.images
  if (!image) throw new Error('there is an image')
  const copy = {...image, region: text, id: text, name: text}
  return {
    ...verified,
    plan: {...verified.plan, source: {id: text, name: text, rootDeviceName: text, architecture: 'x86_64'}},
    images: [
      {...image, name: text, source: text, copies: [copy]},
      {...image, id: 'ami-0dddddddddddddddd', source: `b${text}`}
    ],
    others: [{target: text, builderId: text, id: text}],
    packerVersion: text,
    verdict: 'rejected',
    reason: text,
    evidence: text,
    jenkinsVersion: text,
    failure: new Error(text),
    leftovers: [{type: 'instance', id: text, state: text, reason: text}]
  }
}

/** Of our own Markdown. */
const own = new Set('p h2 table thead tbody tr th td br code pre details summary span strong ul li a'.split(' '))
const ownLink = '<a href="https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#ImageDetails:imageId=ami-0'

it('has nothing but text in a summary', () =>
  forEachOutput((text) => {
    const summary = summaryOf(outcomeOf(text), [{name: `Smoke test of ${text}`, seconds: 1}], {env: {}})
    const swept = {type: 'instance', id: text, bake: text, outcome: 'left', reason: text} as const
    const tags = {'bake-jenkins-ami:bake': text}
    const sweep = sweepSummary(
      {
        swept: [swept],
        retired: [],
        problem: text,
        staying: [],
        unseen: [{type: 'volume', id: text, state: text, reason: text}],
        kept: [{resource: {type: 'instance', id: text, state: '', tags, created: undefined}, why: text}]
      },
      text,
      text
    )
    for (const markdown of [summary, sweep]) {
      const {elements, links} = showOnGitHub(markdown)
      expect(elements.filter((element) => !own.has(element))).toEqual([])
      // The account's id is digits that STS gave.
      const foreign = links.filter((link) => link !== `a commit: ${verified.accountId}` && !link.startsWith(ownLink))
      expect(foreign).toEqual([])
      expect(Buffer.byteLength(markdown)).toBeLessThan(1_048_576)
    }
  }))

it('sets its own outputs and no others', () =>
  forEachOutput((text) => {
    const folder = mkdtempSync(join(tmpdir(), 'outputs-'))
    const before = process.env['GITHUB_OUTPUT']
    const file = join(folder, 'output')
    writeFileSync(file, '')
    process.env['GITHUB_OUTPUT'] = file
    try {
      const outputs = outputsOf(outcomeOf(text))
      for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value)
      const read = parseKeyValueFile(readFileSync(file, 'utf8'))
      expect(Object.keys(read)).toEqual(Object.keys(outputs))
      expect(read).toMatchObject({
        'ami-id': verified.images[0]?.id,
        verdict: 'rejected',
        'aws-account-id': '123456789012'
      })
    } finally {
      if (before === undefined) delete process.env['GITHUB_OUTPUT']
      else process.env['GITHUB_OUTPUT'] = before
      rmSync(folder, {recursive: true})
    }
  }))
