import {expect, it} from '@jest/globals'
import {encodeEc2, encodeEc2Error, encodeQuery, encodeQueryError} from '../../../../rehearsal/cloud/protocol/encode.ts'
import {AwsError} from '../../../../rehearsal/cloud/protocol/errors.ts'
import {operationShape} from '../../../../rehearsal/cloud/protocol/operations.ts'

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'

function outputOf(service: 'ec2' | 'sts', action: string) {
  const shape = operationShape(service, action)
  if (!shape) throw new Error(`no ${action}`)
  return shape.output
}

it("answers as EC2's documentation shows", () => {
  const value = {Tags: [{Key: 'a<b', Value: ''}], NextToken: undefined}
  expect(encodeEc2('DescribeTags', outputOf('ec2', 'DescribeTags'), value, 'id-1')).toEqual({
    status: 200,
    headers: {'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': 'id-1'},
    body:
      `${declaration}<DescribeTagsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>id-1</requestId>` +
      '<tagSet><item><key>a&lt;b</key><value></value></item></tagSet></DescribeTagsResponse>'
  })
})

it('answers true where an operation has no output', () => {
  expect(encodeEc2('DeleteSnapshot', outputOf('ec2', 'DeleteSnapshot'), {}, 'id-1').body).toBe(
    `${declaration}<DeleteSnapshotResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">` +
      '<requestId>id-1</requestId><return>true</return></DeleteSnapshotResponse>'
  )
})

it("answers as STS's documentation shows", () => {
  const value = {Account: '123456789012', Arn: 'arn', UserId: 'id'}
  expect(encodeQuery('sts', 'GetCallerIdentity', outputOf('sts', 'GetCallerIdentity'), value, 'id-1').body).toBe(
    `${declaration}<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
      '<UserId>id</UserId><Account>123456789012</Account><Arn>arn</Arn></GetCallerIdentityResult>' +
      '<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>'
  )
})

it("reports errors in each service's form", () => {
  const error = new AwsError('Some.Code', 'what & why', 403)
  expect(encodeEc2Error(error, 'id-1')).toMatchObject({
    status: 403,
    errorCode: 'Some.Code',
    body: `${declaration}<Response><Errors><Error><Code>Some.Code</Code><Message>what &amp; why</Message></Error></Errors><RequestID>id-1</RequestID></Response>`
  })
  expect(encodeQueryError('sts', error, 'id-1').body).toBe(
    `${declaration}<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>` +
      '<Code>Some.Code</Code><Message>what &amp; why</Message></Error><RequestId>id-1</RequestId></ErrorResponse>'
  )
})
