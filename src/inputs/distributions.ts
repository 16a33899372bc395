export type Architecture = 'x86_64' | 'arm64'

/** The two forms in which Jenkins's packages and their repositories come. */
export type PackageKind = 'deb' | 'rpm'

export interface Distribution {
  /** The account that publishes it, so that an image of the same name from another account is not used. */
  readonly owner: string
  /** The pattern of its images' names. */
  readonly names: Readonly<Record<Architecture, string>>
  readonly loginUser: string
  readonly packages: PackageKind
}

/** The distributions that the shipped template supports, as they are published in AWS's commercial regions. */
export const distributions: Readonly<Record<string, Distribution>> = {
  // Amazon Linux 2023 user guide, "Naming and versioning". The pattern names the kernel's line, so that new images do
  // not change it.
  al2023: {
    owner: '137112412989',
    names: {x86_64: 'al2023-ami-2023.*-kernel-6.1-x86_64', arm64: 'al2023-ami-2023.*-kernel-6.1-arm64'},
    loginUser: 'ec2-user',
    packages: 'rpm'
  },
  // Ubuntu on AWS, "Find Ubuntu images on AWS".
  'ubuntu-24.04': {
    owner: '099720109477',
    names: {
      x86_64: 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*',
      arm64: 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-*'
    },
    loginUser: 'ubuntu',
    packages: 'deb'
  },
  // wiki.debian.org/Cloud/AmazonEC2Image
  'debian-13': {
    owner: '136693071363',
    names: {x86_64: 'debian-13-amd64-*', arm64: 'debian-13-arm64-*'},
    loginUser: 'admin',
    packages: 'deb'
  }
}

/** The distribution whose images let this user in. */
export function distributionOf(loginUser: string | undefined): string | undefined {
  return Object.entries(distributions).find((entry) => entry[1].loginUser === loginUser)?.[0]
}

export const sourceNames: readonly string[] = Object.keys(distributions)
