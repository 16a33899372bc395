/** Something that this project has not been tried on, and what there is instead of a trial. */
export interface NeverRun {
  readonly what: string
  readonly standIn: string
  /** What that leaves open. */
  readonly open: string
}

/** Kept by hand: what could not be had where this project was made. Take a line out when it has been run, and say where. */
export const neverRun: readonly NeverRun[] = [
  {
    what: 'An AWS account',
    standIn:
      'a local cloud with EC2, IAM, STS and Parameter Store: AWS’s own models of requests and answers, signatures, trust and session policies, checked with boto3 and the AWS CLI; every night a bake and a sweep against moto, an independent project',
    open: 'quotas, real times and limits, service control policies, the rights of encrypted snapshots, AWS’s own defects'
  },
  {
    what: 'GovCloud, the China regions and the European Sovereign Cloud',
    standIn: 'tests of the plan, the dry runs and the policies; iam/README.md says what the first two need',
    open: 'everything'
  },
  {
    what: 'A runner of GitHub’s, and GitHub’s OIDC tokens',
    standIn:
      'the committed action, started with inputs, state, masks and post as the runner starts it, on the Node named above; a token endpoint that signs with its own key',
    open: 'what is installed on the hosted images; the runner’s own versions and limits'
  },
  {
    what: 'A runner with macOS',
    standIn: 'tests on Linux that choose the release for it',
    open: 'everything else'
  },
  {what: 'A runner with Windows', standIn: 'nothing', open: 'it is not supported'},
  {
    what: 'Windows, as image and machine',
    standIn:
      'on light machines a stand-in for WinRM, to which Packer logs in with the password that the local cloud’s GetPasswordData hands out; it takes uploads, records commands and runs none',
    open: 'PowerShell, NTLM, and whatever else Windows does; whether user data sets WinRM up; a smoke test of such an image'
  },
  {
    what: 'arm64, as runner or as image',
    standIn: 'tests of the plan: release, source image, instance types',
    open: 'the scripts on arm64 packages; Packer’s own build for it'
  },
  {
    what: 'HashiCorp’s release site',
    standIn:
      'a local site of the same layout, signed with the tests’ own keys; a list and a signature that HashiCorp has published; Packer and its plugin built from their Go modules',
    open: 'a download from the site itself'
  },
  {
    what: 'Plugins from GitHub (`packer init` with a token)',
    standIn: 'a local site that answers as GitHub does, rate limits included',
    open: 'GitHub itself'
  },
  {
    what: 'Jenkins’s package repositories and update center as they are published',
    standIn:
      'the rows above say where Jenkins was a real one, built from its source and packaged with its project’s own scripts, with real plugins; served by a local repository and update center of the same layout',
    open: 'the packages that the Jenkins project builds and signs; the rehearsal takes them by itself where pkg.jenkins.io answers'
  },
  {
    what: 'The distributions’ own EC2 images',
    standIn:
      'Debian 13 and Ubuntu 24.04 from their archives, on systemd-nspawn with cloud-init and EC2’s metadata service',
    open: 'kernel, boot loader, disks, snaps and whatever else only those images have'
  },
  {
    what: 'Amazon Linux 2023',
    standIn:
      'Debian’s dnf and rpm with a signed repository like Amazon’s, for the scripts that install Jenkins; the needs of Corretto’s headless package are taken from its spec file (corretto-21#156)',
    open: 'Amazon’s packages, so also whether Corretto finds all its libraries: the check of Java names what is missing; the first boot; the scripts that start, clean and check'
  },
  {
    what: 'Session Manager (`connect-via: session-manager`)',
    standIn:
      'stand-ins of AWS’s session-manager-plugin on the runner and of the sessions’ other end in the local cloud',
    open: 'the agent on the machine, AWS’s plugin on the runner, and the service between them'
  },
  {
    what: '`kms-key-id`',
    standIn: 'tests of the values in the template and the session policy, and of refusals',
    open: 'whether the key’s policy lets the role use it, and a snapshot under it'
  }
]
