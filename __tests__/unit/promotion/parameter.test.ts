import {DescribeImagesCommand, EC2Client} from '@aws-sdk/client-ec2'
import {ParameterAlreadyExists} from '@aws-sdk/client-ssm'
import {describe, expect, it} from '@jest/globals'
import {mockClient} from 'aws-sdk-client-mock'
import type {Parameter, Parameters} from '../../../src/aws/parameters.ts'
import type {Origin} from '../../../src/promotion/newer.ts'
import {checkParameter, nameInParameter} from '../../../src/promotion/parameter.ts'
import {recordingLog} from '../../helpers/recording-log.ts'

const name = '/jenkins/ami'
const old = 'ami-0000000000000000a'
const ours = 'ami-0000000000000000b'
const newer = 'ami-0000000000000000c'
const {signal} = new AbortController()

/** A client that knows these images, and answers with all of them whatever it is asked for. */
function ec2(): EC2Client {
  const client = new EC2Client({region: 'eu-west-1'})
  mockClient(client)
    .on(DescribeImagesCommand)
    .resolves({
      Images: [
        {ImageId: old, CreationDate: '2026-11-01T00:00:00.000Z'},
        {ImageId: ours, CreationDate: '2026-11-20T00:00:00.000Z'},
        {ImageId: newer, CreationDate: '2026-11-20T00:00:01.000Z'},
        ...['ami-0fffffffffffffff0', 'ami-00000000000000001'].map((ImageId) => ({
          ImageId,
          CreationDate: '2026-11-20T00:00:00.000Z'
        }))
      ]
    })
  return client
}

type Given = Omit<Parameter, 'version'>

/** One parameter, with its versions. @param onWrite called before each write with the values so far */
function store(values: readonly Given[], onWrite: (versions: Given[]) => void = () => undefined) {
  const versions = [...values]
  const parameters: Parameters = {
    async read(wanted) {
      const version = Number(wanted.split(':')[1] ?? versions.length)
      const found = versions[version - 1]
      return found && {...found, version}
    },
    async write(_, {value, dataType, isNew}) {
      onWrite(versions)
      if (isNew && versions.length > 0) throw new ParameterAlreadyExists({message: '', $metadata: {}})
      versions.push({value, dataType, type: 'String'})
      return versions.length
    }
  }
  return {parameters, values: () => versions.map(({value}) => value), versions}
}

const text = (value: string): Given => ({value, type: 'String', dataType: 'text'})

async function named({parameters}: Pick<ReturnType<typeof store>, 'parameters'>, origin: Origin = 'made') {
  const log = recordingLog()
  const result = await nameInParameter(
    {ec2: ec2(), parameters, log, region: 'eu-west-1'},
    {name, imageId: ours, origin},
    signal
  )
  return {result, log: log.lines.join('\n')}
}

it('makes a parameter for images', async () => {
  const made = store([])
  expect((await named(made)).result).toEqual({now: ours})
  expect(made.versions).toEqual([{value: ours, type: 'String', dataType: 'aws:ec2:image'}])
})

it('replaces an older image, keeps the data type, and tells which image it was', async () => {
  const there = store([text(old)])
  const {result, log} = await named(there)
  expect(result).toEqual({now: ours, previous: old, dataType: 'text'})
  expect(there.versions.at(-1)).toEqual(text(ours))
  expect(log).toContain(`The parameter ${name} names ${ours} (version 2, before: ${old})`)
})

it('replaces what is no image', async () => {
  const there = store([text('none yet')])
  expect((await named(there)).result).toEqual({now: ours})
  expect(there.values()).toEqual(['none yet', ours])
})

it('does not replace a newer image', async () => {
  const there = store([text(newer)])
  const {result, log} = await named(there)
  expect(result).toEqual({now: newer})
  expect(there.values()).toEqual([newer])
  expect(log).toContain(`warning: The parameter ${name} keeps ${newer}`)
})

it('keeps the same one of two images of one second, whichever comes first', async () => {
  const higher = 'ami-0fffffffffffffff0'
  const lower = 'ami-00000000000000001'
  for (const [there, expected] of [
    [higher, higher],
    [lower, ours]
  ] as const) {
    expect((await named(store([text(there)]))).result).toMatchObject({now: expected})
  }
})

it('writes nothing if the image is named already', async () => {
  const there = store([text(ours)])
  expect((await named(there)).log).toContain('already')
  expect(there.values()).toEqual([ours])
})

describe('for an image of an earlier bake', () => {
  it('names it if it never was, because AWS refused it then', async () => {
    const there = store([text(old)])
    expect((await named(there, 'reused')).result).toEqual({now: ours, previous: old, dataType: 'text'})
  })

  it('leaves the parameter if somebody has set it back', async () => {
    const there = store([text(old), text(ours), text(old)])
    const {result, log} = await named(there, 'reused')
    expect(result).toEqual({now: old})
    expect(there.values()).toEqual([old, ours, old])
    expect(log).toContain(`warning: The parameter ${name} keeps ${old}: it named ${ours} before, and was set back`)
  })
})

describe('with another bake that writes at the same time', () => {
  const once = (value: string) => {
    let done = false
    return (versions: Given[]): void => {
      if (!done) versions.push(text(value))
      done = true
    }
  }

  it('names the newer image of the other one again', async () => {
    const there = store([text(old)], once(newer))
    expect((await named(there)).result).toEqual({now: newer})
    expect(there.values()).toEqual([old, newer, ours, newer])
  })

  it('stays if the image of the other one is older', async () => {
    const there = store([text('none yet')], once(old))
    await named(there)
    expect(there.values()).toEqual(['none yet', old, ours])
  })

  it('does not overwrite a parameter that the other one has just made for a newer image', async () => {
    const there = store([], once(newer))
    await named(there)
    expect(there.values()).toEqual([newer])
  })

  it('gives up if others write all the time', async () => {
    const endless = store([], (versions) => versions.push(text(old)))
    const {parameters} = endless
    const never = {...parameters, read: async () => undefined}
    await expect(named({parameters: never})).rejects.toThrow('kept being changed by others')
  })
})

it('says what is to be done if AWS denies the write', async () => {
  const {parameters} = store([text(old)])
  const denied = async (): Promise<number> => {
    const message =
      'User: x is not authorized to perform: ssm:PutParameter on resource: arn:aws:ssm:eu-west-1:1:parameter/jenkins/ami because no identity-based policy allows the ssm:PutParameter action'
    throw Object.assign(new Error(message), {name: 'AccessDeniedException'})
  }
  const failure = await named({parameters: {...parameters, write: denied}}).catch((error: Error) => error.message)
  expect(failure).toContain(`The parameter ${name} could not be changed: AccessDeniedException: `)
  expect(failure).toContain('iam/ssm-parameter-permissions.json')
  expect(failure).toContain('"Action":"ssm:PutParameter"')
  expect(failure).toContain(
    `aws ssm put-parameter --region eu-west-1 --name ${name} --value ${ours} --data-type text --overwrite`
  )
})

it.each(['SecureString', 'StringList'])('refuses a %s, before anything is baked', async (type) => {
  const {parameters} = store([{...text(old), type}])
  await expect(checkParameter({parameters, region: 'eu-west-1'}, name, signal)).rejects.toThrow(
    `Input 'ssm-parameter': ${name} is a parameter of the type ${type}`
  )
})

it('lets a parameter pass that does not exist', async () => {
  await checkParameter({parameters: store([]).parameters, region: 'eu-west-1'}, name, signal)
})

it('says before anything is baked that a parameter may not be read', async () => {
  const read = async (): Promise<never> => {
    throw Object.assign(new Error('no'), {name: 'AccessDeniedException'})
  }
  const parameters = {...store([]).parameters, read}
  await expect(checkParameter({parameters, region: 'eu-west-1'}, name, signal)).rejects.toThrow(
    `Input 'ssm-parameter': the parameter ${name} in eu-west-1 cannot be read: AccessDeniedException: no`
  )
})
