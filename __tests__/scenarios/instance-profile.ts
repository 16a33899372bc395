import {IAM} from '@aws-sdk/client-iam'
import type {LocalCloud} from '../../rehearsal/index.ts'

/** Of the profile and of its role: the one that iam/instance-profile-permissions.json names in its place. */
export const profileName = 'ROLE-OF-THE-INSTANCE-PROFILE'

const trust = {
  Version: '2012-10-17',
  Statement: [{Effect: 'Allow', Principal: {Service: 'ec2.amazonaws.com'}, Action: 'sts:AssumeRole'}]
}

/** Gives the account an instance profile with a role for machines, as its owner has made them once. */
export async function furnishProfile({cloud}: Pick<LocalCloud, 'cloud'>): Promise<void> {
  const iam = new IAM({endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.administrator})
  const [RoleName, InstanceProfileName] = [profileName, profileName]
  await cloud.furnish(async () => {
    await iam.createRole({RoleName, AssumeRolePolicyDocument: JSON.stringify(trust)})
    await iam.createInstanceProfile({InstanceProfileName})
    await iam.addRoleToInstanceProfile({InstanceProfileName, RoleName})
  })
  iam.destroy()
}
