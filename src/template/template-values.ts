import type {ConnectVia} from '../aws/connectivity.ts'
import type {VariableKind} from './variable-type.ts'

/** Values that the action knows. A template gets one by declaring a variable of this name. */
export interface TemplateValues {
  readonly region: string
  readonly ami_name: string
  /** Absent: the template has an image of its own. */
  readonly source_ami?: string
  readonly root_device_name?: string
  readonly ssh_username?: string
  readonly instance_type: string
  readonly connect_via: ConnectVia
  /** Absent: one of the default VPC. */
  readonly subnet_id?: string
  readonly allowed_cidrs: readonly string[]
  /** Absent: Packer's own. */
  readonly ssh_timeout?: string
  readonly jenkins_version: string
  readonly jenkins_repository_url?: string
  readonly jenkins_repository_key_fingerprint?: string
  readonly jenkins_update_center_url?: string
  /** A folder with plugins.txt and casc/. */
  readonly jenkins_files?: string
  /** Absent: on. */
  readonly jenkins_setup_wizard?: false
  /** Absent: Jenkins must not be usable without signing in. */
  readonly allow_anonymous?: true
  readonly java_version: string
  readonly volume_size?: number
  readonly kms_key_id?: string
  readonly instance_profile?: string
  readonly setup_script?: string
  /** Where the list of the image's packages goes. */
  readonly packages_file?: string
  /** When the build's instance ends itself, if it was not ended before. */
  readonly deadline_minutes: number
  readonly tags: Readonly<Record<string, string>>
}

/** The form of a value that the action fills in; a number may be a string of digits. */
type Shape = 'text' | 'number' | 'bool' | 'list' | 'map'

const shapes: Readonly<Record<keyof TemplateValues, Shape>> = {
  region: 'text',
  ami_name: 'text',
  source_ami: 'text',
  root_device_name: 'text',
  ssh_username: 'text',
  instance_type: 'text',
  connect_via: 'text',
  subnet_id: 'text',
  allowed_cidrs: 'list',
  ssh_timeout: 'text',
  jenkins_version: 'text',
  jenkins_repository_url: 'text',
  jenkins_repository_key_fingerprint: 'text',
  jenkins_update_center_url: 'text',
  jenkins_files: 'text',
  jenkins_setup_wizard: 'bool',
  allow_anonymous: 'bool',
  java_version: 'number',
  volume_size: 'number',
  kms_key_id: 'text',
  instance_profile: 'text',
  setup_script: 'text',
  packages_file: 'text',
  deadline_minutes: 'number',
  tags: 'map'
}

/**
 * The values that mean the same as an empty input: the shipped template's defaults. A template that declares one of
 * these variables without a default gets them, because Packer insists on a value. An image, its device and its user
 * have none.
 */
export const absentValues: Readonly<Partial<Record<keyof TemplateValues, string | number | boolean>>> = {
  subnet_id: '',
  ssh_timeout: '5m',
  jenkins_repository_url: '',
  jenkins_repository_key_fingerprint: '5E386EADB55F01504CAE8BCF7198F4B714ABFC68',
  jenkins_files: '',
  jenkins_setup_wizard: true,
  allow_anonymous: false,
  volume_size: 0,
  kms_key_id: '',
  instance_profile: '',
  setup_script: '',
  packages_file: '/dev/null'
}

const typeNames: Readonly<Record<Shape, string>> = {
  text: 'string',
  number: 'number',
  bool: 'bool',
  list: 'list(string)',
  map: 'map(string)'
}

/**
 * Whether a variable of this name and type takes the action's value; one of another type has another purpose. A string
 * takes a list with commas, a number and a bool.
 */
export function takesOurs(name: string, kind: VariableKind): boolean {
  const shape = shapeOf(name)
  if (shape === undefined || kind === 'any' || kind === 'untyped') return true
  // How long the list is, only the input tells.
  if (kind === 'tuple') return shape === 'list'
  return kind === shape || (kind === 'text' && shape !== 'map')
}

/**
 * Whether legacy JSON takes the action's value for a variable of this name: its variables are strings, for which a map
 * has no form.
 */
export function fillsText(name: string): boolean {
  const shape = shapeOf(name)
  return shape !== undefined && shape !== 'map'
}

/** The type that a variable of this name should have. */
export function typeFor(name: string): string {
  return typeNames[shapeOf(name) ?? 'text']
}

function shapeOf(name: string): Shape | undefined {
  return Object.hasOwn(shapes, name) ? (shapes as Readonly<Record<string, Shape>>)[name] : undefined
}
