import {expect, it} from '@jest/globals'
import {artifactsOf, errorsOf, parseMessage, uiText, type Message} from '../../src/packer/messages.ts'

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

it('tells which build speaks', () => {
  const [say, message, whole, blank] = parsed(
    '1,,ui,say,==> amazon-ebs.jenkins: Launching a source AWS instance...',
    '1,,ui,message,    amazon-ebs.jenkins: text: with colon',
    '1,,ui,say,Build finished',
    '1,,ui,message,    amazon-ebs.jenkins:'
  )
  expect(say && uiText(say)).toEqual({build: 'amazon-ebs.jenkins', text: 'Launching a source AWS instance...'})
  expect(message && uiText(message)).toEqual({build: 'amazon-ebs.jenkins', text: 'text: with colon'})
  expect(blank && uiText(blank)).toEqual({build: 'amazon-ebs.jenkins', text: ''})
  expect(whole && uiText(whole)).toEqual({build: '', text: 'Build finished'})
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
