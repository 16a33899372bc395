import {expect, it} from '@jest/globals'
import {decodeRequest} from '../../../../rehearsal/cloud/protocol/decode.ts'
import {AwsError} from '../../../../rehearsal/cloud/protocol/errors.ts'
import {operationShape} from '../../../../rehearsal/cloud/protocol/operations.ts'

function decode(action: string, form: string, service: 'ec2' | 'sts' = 'ec2'): object {
  const shape = operationShape(service, action)
  if (!shape) throw new Error(`no ${action}`)
  return decodeRequest(shape.input, new URLSearchParams(form), service === 'ec2' ? 'ec2' : 'query')
}

it("reads EC2's lists and structures by the names that EC2 has for them", () => {
  const form =
    'Action=RunInstances&Version=2016-11-15&MinCount=1&MaxCount=2&SecurityGroupId.2=b&SecurityGroupId.1=a&DryRun=true' +
    '&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=k&TagSpecification.1.Tag.1.Value=v' +
    '&BlockDeviceMapping.1.Ebs.VolumeSize=8&NetworkInterface.1.SecurityGroupId.1=c'
  expect(decode('RunInstances', form)).toEqual({
    MinCount: 1,
    MaxCount: 2,
    DryRun: true,
    SecurityGroupIds: ['a', 'b'],
    TagSpecifications: [{ResourceType: 'instance', Tags: [{Key: 'k', Value: 'v'}]}],
    BlockDeviceMappings: [{Ebs: {VolumeSize: 8}}],
    NetworkInterfaces: [{Groups: ['c']}]
  })
})

it('takes more than nine items in their order', () => {
  const form = Array.from({length: 12}, (_, index) => `InstanceId.${index + 1}=i${index + 1}`).join('&')
  expect(decode('DescribeInstances', form)).toHaveProperty('InstanceIds.10', 'i11')
})

it("takes Packer's empty strings for nothing", () => {
  expect(decode('CreateSecurityGroup', 'GroupName=g&GroupDescription=d&VpcId=')).toEqual({
    GroupName: 'g',
    Description: 'd'
  })
  expect(() => decode('CreateSecurityGroup', 'GroupName=&GroupDescription=d')).toThrow('the parameter GroupName')
})

it("reads the plain query protocol's lists", () => {
  const form = 'RoleArn=r&RoleSessionName=s&DurationSeconds=900&Tags.member.1.Key=k&Tags.member.1.Value=v'
  expect(decode('AssumeRole', form, 'sts')).toEqual({
    RoleArn: 'r',
    RoleSessionName: 's',
    DurationSeconds: 900,
    Tags: [{Key: 'k', Value: 'v'}]
  })
})

it.each([
  ['DescribeInstances', 'Instances.1=i-1', 'UnknownParameter'],
  ['DescribeInstances', 'InstanceId.first=i-1', 'UnknownParameter'],
  ['DescribeInstances', 'Filter.1.Colour=red', 'UnknownParameter'],
  ['DescribeInstances', '__proto__.polluted=yes', 'UnknownParameter'],
  ['DescribeInstances', 'MaxResults=many', 'InvalidParameterValue'],
  ['DescribeInstances', 'DryRun=perhaps', 'InvalidParameterValue'],
  ['EnableImageDeprecation', 'ImageId=ami-1&DeprecateAt=soon', 'InvalidParameterValue'],
  ['DeleteSnapshot', '', 'MissingParameter']
])('refuses %s with %s', (action, form, code) => {
  expect(() => decode(action, form)).toThrow(AwsError)
  expect(() => decode(action, form)).toThrow(expect.objectContaining({code}))
})
