// What a template of somebody else's brings along: a program on the runner, with the keys that Packer has. It prints what AWS says.
import {createRequire} from 'node:module'
const [project, image, snapshot, victim, bake] = process.argv.slice(2)
const {EC2} = createRequire(`${project}/package.json`)('@aws-sdk/client-ec2')
const ec2 = new EC2({region: 'us-east-1', maxAttempts: 1})
const tags = (values) => Object.entries(values).map(([key, Value]) => ({Key: `bake-jenkins-ami:${key}`, Value}))
const soon = '2020-01-01T00:00:00.000Z'
const machine = (values) => ({
  ImageId: image,
  InstanceType: 't3.medium',
  MinCount: 1,
  MaxCount: 1,
  TagSpecifications: ['instance', 'volume', 'network-interface'].map((ResourceType) => ({
    ResourceType,
    Tags: tags(values)
  }))
})
const attacks = {
  public: () => ec2.modifyImageAttribute({ImageId: image, LaunchPermission: {Add: [{Group: 'all'}]}}),
  expiry: () => ec2.createTags({Resources: [image, snapshot], Tags: tags({expires: soon})}),
  ours: () => ec2.createTags({Resources: [image], Tags: tags({bake, expires: soon})}),
  deregister: () => ec2.deregisterImage({ImageId: image}),
  terminate: () => ec2.terminateInstances({InstanceIds: [victim]}),
  userData: () => ec2.describeInstanceAttribute({InstanceId: victim, Attribute: 'userData'}),
  console: () => ec2.getConsoleOutput({InstanceId: victim}),
  launchTemplates: () => ec2.describeLaunchTemplateVersions({Versions: ['$Latest']}),
  hidden: () => ec2.runInstances(machine({bake: 'ffffffffffff', expires: '2099-01-01T00:00:00.000Z'})),
  untagged: () => ec2.runInstances({...machine({}), TagSpecifications: []}),
  copy: () => ec2.copyImage({Name: 'copy', SourceImageId: image, SourceRegion: 'us-east-1'})
}
for (const [name, attempt] of Object.entries(attacks)) {
  const said = await attempt().then(
    () => 'DONE',
    (error) => error.name
  )
  console.log(`attack ${name}: ${said}`)
}
