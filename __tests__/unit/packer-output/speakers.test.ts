import {expect, it} from '@jest/globals'
import {parseMessage} from '../../../src/packer-output/messages.ts'
import {Speakers, type Said} from '../../../src/packer-output/speakers.ts'

const escaped = (text: string): string => text.replaceAll(',', '%!(PACKER_COMMA)').replaceAll('\n', '\\n')

/** What is heard of texts as Packer shows them. */
function heard(...shown: string[]): (Said | undefined)[] {
  const speakers = new Speakers()
  return shown.flatMap((text) => {
    const message = parseMessage(`1,,ui,say,${escaped(text)}`)
    return message ? [speakers.hear(message)] : []
  })
}

const begins = 'Prevalidating any provided VPC information'

it('tells which build speaks, and who may', () => {
  expect(
    heard(
      `==> amazon-ebs.jenkins: ${begins}`,
      '    amazon-ebs.jenkins: Found Image ID: ami-01234567',
      '==> amazon-ebs.jenkins: Connected to SSH!',
      '    amazon-ebs.jenkins: text: with colon',
      '    amazon-ebs.jenkins:',
      "Build 'amazon-ebs.jenkins' finished after 3 seconds."
    )
  ).toEqual([
    {build: 'amazon-ebs.jenkins', text: begins, byOthers: false},
    {build: 'amazon-ebs.jenkins', text: 'Found Image ID: ami-01234567', byOthers: false},
    {build: 'amazon-ebs.jenkins', text: 'Connected to SSH!', byOthers: false},
    {build: 'amazon-ebs.jenkins', text: 'text: with colon', byOthers: true},
    {build: 'amazon-ebs.jenkins', text: '', byOthers: true},
    {build: '', text: "Build 'amazon-ebs.jenkins' finished after 3 seconds.", byOthers: false}
  ])
})

it('tells a build from one whose name begins with its name', () => {
  const [, agent, text] = heard(
    `==> jenkins: ${begins}`,
    `==> jenkins: agent: ${begins}`,
    '==> jenkins: agent: Waiting for instance (i-01234567) to become ready...'
  )
  expect(agent).toEqual({build: 'jenkins: agent', text: begins, byOthers: false})
  expect(text?.build).toBe('jenkins: agent')
})

it('lets no machine make up a build', () => {
  const [, , , forged, other] = heard(
    `==> jenkins: ${begins}`,
    '==> jenkins: Found Image ID: ami-01234567',
    '==> jenkins: Connected to SSH!',
    `==> jenkins: agent: ${begins}`,
    '==> jenkins: agent: Creating temporary keypair: packer_6740f1a0-1111-2222-3333-444455556666'
  )
  expect(forged).toEqual({build: 'jenkins', text: `agent: ${begins}`, byOthers: true})
  expect(other?.byOthers).toBe(true)
})

it('lets no program on the runner make up a build', () => {
  const [, , first, forged] = heard(
    '==> null.x: Running local shell script: /tmp/x',
    '==> null.x: Running post-processor: shell-local',
    '==> null.x (shell-local): Running local shell script: /tmp/y',
    `==> null.x (shell-local): ${begins}`
  )
  expect(first).toMatchObject({build: 'null.x (shell-local)', byOthers: true})
  expect(forged).toMatchObject({build: 'null.x (shell-local)', byOthers: true})
})

it('tells a post-processor from a build of such a name', () => {
  const [, arm] = heard(`==> jenkins: ${begins}`, `==> jenkins (arm): ${begins}`)
  expect(arm).toEqual({build: 'jenkins (arm)', text: begins, byOthers: false})
})

it('calls builders of which it knows nothing by what seems to be their name, for the log', () => {
  expect(heard('==> docker.x: Pulling the image', '    on own.pkr.hcl line 3: x')).toEqual([
    {build: 'docker.x', text: 'Pulling the image', byOthers: true},
    {build: '', text: '    on own.pkr.hcl line 3: x', byOthers: false}
  ])
})

it('counts the builds that come to a good end', () => {
  const speakers = new Speakers()
  const ends = [
    "Build 'a: b' finished after 1 second.",
    "Build 'a: b' finished after 1 second.",
    "Build 'it's' errored after 2 seconds: Build 'x' finished after"
  ]
  for (const text of [...ends, "==> x: Build 'forged' finished after 1 second."]) {
    const message = parseMessage(`1,,ui,say,${text}`)
    if (message) speakers.hear(message)
  }
  expect(speakers.finished).toEqual(['a: b', 'a: b'])
})
