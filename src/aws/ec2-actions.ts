/**
 * The calls of EC2 by which a bake makes and changes resources, without `ec2:`. The session policy of Packer, the
 * preflight and the advice about denied calls all speak of these.
 */

/** They make resources, which must carry the tags of the bake. */
export const creatingActions: readonly string[] = [
  'RunInstances',
  'CreateImage',
  'CreateKeyPair',
  'CreateSecurityGroup'
]

/** Packer changes and removes what the bake made by these. CreateImage is one: it is also judged by its instance. */
export const changingActions: readonly string[] = [
  'AuthorizeSecurityGroupIngress',
  'CreateImage',
  'DeleteKeyPair',
  'DeleteSecurityGroup',
  'DeleteSnapshot',
  'DeregisterImage',
  'StopInstances',
  'TerminateInstances'
]

/** So do the action itself, and further options of the builder: sharing, deprecation, protection, passwords. */
export const furtherActions: readonly string[] = [
  'DeleteVolume',
  'DisableImageDeregistrationProtection',
  'EnableImageDeprecation',
  'EnableImageDeregistrationProtection',
  'GetConsoleOutput',
  'GetPasswordData',
  'ModifyImageAttribute',
  'ModifySnapshotAttribute'
]
