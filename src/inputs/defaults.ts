import {awsDefaults} from './aws.ts'

/**
 * Every input with its default, as action.yml declares them. An input passed as an empty string means its default.
 *
 * GitHub does not tell a default from a given value. An input that overrides the template therefore has no default
 * there: {@link whenEmpty} has the meaning of an input that was not given.
 */
export const defaults = {
  ...awsDefaults,
  'packer-version': '1.16.0',
  'packer-releases-url': 'https://releases.hashicorp.com',
  template: '',
  'working-directory': '',
  'var-files': '',
  vars: '',
  'packer-args': '',
  'template-env': '',
  'allow-force-deregister': 'false',
  'github-token': '',
  'bake-timeout': '60m',
  'source-ami': '',
  'ssh-username': '',
  architecture: '',
  'instance-types': '',
  'ami-name-prefix': '',
  'jenkins-version': '',
  'jenkins-repository-url': '',
  'jenkins-repository-key-fingerprint': '',
  tags: '',
  'volume-size': '',
  'kms-key-id': '',
  'instance-profile': '',
  'java-version': '',
  'jenkins-plugins': '',
  'jenkins-casc': '',
  'jenkins-update-center-url': '',
  'allow-anonymous': '',
  'setup-script': '',
  'connect-via': '',
  'subnet-ids': '',
  'allowed-cidrs': '',
  'smoke-test': 'true',
  'smoke-timeout': '10m',
  'smoke-user-data': '',
  'smoke-instance-profile': '',
  'smoke-script': '',
  'keep-failed-for': '0m',
  deregister: 'on-failure',
  'skip-unchanged': 'false',
  'max-image-age': '',
  'copy-to-regions': '',
  'share-with': '',
  'deprecate-after': '',
  'ssm-parameter': '',
  'launch-template': '',
  'launch-template-default': 'true'
} as const

export type InputName = keyof typeof defaults

/** The values of inputs without a default, if neither they nor the template say anything. */
export const whenEmpty: Partial<Record<InputName, string>> = {
  'source-ami': 'debian-13',
  'ami-name-prefix': 'jenkins',
  'jenkins-version': 'lts',
  'java-version': '21',
  'jenkins-update-center-url': 'https://updates.jenkins.io',
  'allow-anonymous': 'false',
  'connect-via': 'public-ip',
  'allowed-cidrs': 'auto'
}
