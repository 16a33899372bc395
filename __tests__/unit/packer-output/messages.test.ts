import {expect, it} from '@jest/globals'
import {artifactsOf, errorsOf, parseMessage, productsIn, type Message} from '../../../src/packer-output/messages.ts'

const parsed = (...lines: string[]): Message[] => lines.flatMap((line) => parseMessage(line) ?? [])

it('parses a line and unescapes its arguments', () => {
  expect(parseMessage('1732000000,,ui,say,==> amazon-ebs.jenkins: a%!(PACKER_COMMA) b\\nc')).toEqual({
    target: '',
    category: 'ui',
    args: ['say', '==> amazon-ebs.jenkins: a, b\nc']
  })
})

it.each(['', 'panic: runtime error', 'goroutine 1,2,3', 'x,,ui,say,y', '12'])('takes %j for no message', (line) => {
  expect(parseMessage(line)).toBeUndefined()
})

// Packer escapes commas in what it says, and none in what a build is called (packer/ui.go).
it.each([
  'Jenkins, nightly.amazon-ebs.x',
  'a,artifact,0,id.amazon-ebs.x',
  ',error,',
  'x,ui,say',
  'it\'s: "quoted", Köln'
])('reads what is said of a build called %j', (name) => {
  const lines = parsed(
    `1,${name},artifact-count,1`,
    `1,${name},artifact,0,builder-id,mitchellh.amazonebs`,
    `1,${name},artifact,0,id,us-east-1:ami-1%!(PACKER_COMMA)eu-west-1:ami-2`,
    `1,${name},artifact,0,string,AMIs were created:\\n`,
    `1,${name},artifact,0,files-count,1`,
    `1,${name},artifact,0,file,0,/tmp/x`,
    `1,${name},artifact,0,end`
  )
  expect(lines.map(({target, category}) => [target, category])).toEqual([
    [name, 'artifact-count'],
    ...Array.from({length: 6}, () => [name, 'artifact'])
  ])
  expect(artifactsOf(lines)).toEqual([
    {target: name, builderId: 'mitchellh.amazonebs', id: 'us-east-1:ami-1,eu-west-1:ami-2'}
  ])
  expect(parsed(`1,${name},error,no%!(PACKER_COMMA) never`)).toEqual([
    {target: name, category: 'error', args: ['no, never']}
  ])
})

it('knows what of EC2 an artifact is', () => {
  expect(productsIn('us-east-1:vol-0123456789abcdef0,us-east-1:snap-01234567,eu-west-1:ami-01234567')).toEqual([
    {type: 'volume', region: 'us-east-1', id: 'vol-0123456789abcdef0'},
    {type: 'snapshot', region: 'us-east-1', id: 'snap-01234567'},
    {type: 'image', region: 'eu-west-1', id: 'ami-01234567'}
  ])
  expect(productsIn('sha256:0123')).toEqual([])
  expect(productsIn('us-east-1:vol-*')).toEqual([])
})

it('reads artifacts from artifact lines alone, once each', () => {
  const lines = parsed(
    '1,amazon-ebs.jenkins,artifact-count,2',
    '1,amazon-ebs.jenkins,artifact,0,builder-id,mitchellh.amazonebs',
    '1,amazon-ebs.jenkins,artifact,0,id,us-east-1:ami-1%!(PACKER_COMMA)eu-west-1:ami-2',
    '1,amazon-ebs.jenkins,artifact,0,end',
    '1,amazon-ebs.jenkins,artifact,1,builder-id,packer.post-processor.manifest',
    '1,amazon-ebs.jenkins,artifact,1,id,us-east-1:ami-1%!(PACKER_COMMA)eu-west-1:ami-2',
    '1,,ui,message,    amazon-ebs.jenkins: 1%!(PACKER_COMMA)amazon-ebs.jenkins%!(PACKER_COMMA)artifact%!(PACKER_COMMA)0%!(PACKER_COMMA)id%!(PACKER_COMMA)us-east-1:ami-666'
  )
  expect(artifactsOf(lines).map(({id}) => id)).toEqual(['us-east-1:ami-1,eu-west-1:ami-2'])
})

it('collects the errors of builds without repetitions', () => {
  const lines = parsed(
    '1,,ui,error,==> amazon-ebs.jenkins: denied',
    '1,amazon-ebs.jenkins,error,denied\\nmore',
    '1,amazon-ebs.jenkins,error,denied\\nmore',
    '1,,error-count,1'
  )
  expect(errorsOf(lines)).toEqual(['amazon-ebs.jenkins: denied\nmore'])
})

it('takes what was shown as an error where no build failed', () => {
  expect(errorsOf(parsed('1,,ui,error,Error: Unset variable "region"'))).toEqual(['Error: Unset variable "region"'])
})
