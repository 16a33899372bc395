import type {EC2Client} from '@aws-sdk/client-ec2'
import type {Iam} from '../../src/aws/iam.ts'
import type {Account} from '../../src/aws/account.ts'

/** An account in a local cloud, with a client for each region that a test has. */
export function accountOf(
  ec2: EC2Client,
  {region = 'us-east-1', others = {}, iam}: {region?: string; others?: Record<string, EC2Client>; iam?: Iam} = {}
): Account {
  return {
    region,
    ec2,
    inRegion(name) {
      const client = name === region ? ec2 : others[name]
      if (!client) throw new Error(`this test has no region ${name}`)
      return client
    },
    iam() {
      if (!iam) throw new Error('this test has no IAM')
      return iam
    },
    autoScaling() {
      throw new Error('this test has no Auto Scaling')
    },
    parameters() {
      throw new Error('this test has no parameters')
    },
    async readParameter() {
      throw new Error('this test has no parameters')
    }
  }
}
