// Has parliament (PyPI) look at the policies in iam/, and compares its findings with those that are meant. Its own list of what to leave
// out knows only kinds of findings: parliament 1.6.4 pays no attention to ignore_locations.
import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'

/** Each finding that is meant, as `FILE STATEMENT ISSUE`, under the reason for it. */
const meant: readonly {readonly because: string; readonly findings: readonly string[]}[] = [
  {
    because: 'The conditions say which resources: those that carry the tags of a bake, or are given them.',
    findings: [
      'permissions MakeOnlyWhatCarriesTheTagsOfABake RESOURCE_STAR',
      'permissions ChangeAndRemoveOnlyWhatABakeMadeAndDidNotKeep RESOURCE_STAR',
      'spot-permissions CancelOnlyTheSpotRequestOfABake RESOURCE_STAR',
      'sweep-permissions RemoveOnlyWhatABakeMadeAndDidNotKeep RESOURCE_STAR'
    ]
  },
  {
    because: 'A template without tags gives nothing to tell its resources by. docs/security.md says what it allows.',
    findings: ['untagged-template-permissions MakeChangeAndRemoveWithoutTags RESOURCE_STAR']
  },
  {
    because: 'All kinds of resources of the action are named: one that AWS adds to it is not allowed.',
    findings: [
      'copy-permissions CopyImages RESOURCE_EFFECTIVELY_STAR',
      'promote-permissions CopyImages RESOURCE_EFFECTIVELY_STAR',
      'promote-permissions GiveAwayImagesOfBakes RESOURCE_EFFECTIVELY_STAR',
      'promote-permissions RemoveOnlyWhatWasNotKept RESOURCE_EFFECTIVELY_STAR',
      'retire-permissions RetireOnlyWhatABakeVerifiedAndKept RESOURCE_EFFECTIVELY_STAR',
      'sharing-permissions ShareDeprecateAndProtectOnlyWhatABakeMadeAndDidNotKeep RESOURCE_EFFECTIVELY_STAR',
      'spot-permissions MakeOnlyLaunchTemplatesThatCarryTheTagsOfABake RESOURCE_EFFECTIVELY_STAR',
      'windows-permissions ReadTheFirstPasswordOfOnlyWhatABakeMade RESOURCE_EFFECTIVELY_STAR'
    ]
  },
  {
    because:
      'EC2 judges one call on several resources, each of which may be allowed by another statement: parliament reads one at a time.',
    findings: [
      'permissions LaunchWithWhatIsThereAlready RESOURCE_MISMATCH',
      'permissions MakeGroupsInAVpc RESOURCE_MISMATCH',
      'spot-permissions LaunchWithTheBakesLaunchTemplate RESOURCE_MISMATCH',
      'spot-permissions AskForAFleet RESOURCE_MISMATCH'
    ]
  },
  {
    because:
      "AWS judges ssmmessages:OpenDataChannel on sessions (README of aws/session-manager-plugin): parliament's list does not know.",
    findings: ['session-manager-permissions UseAndEndSessionsOfThisRole RESOURCE_MISMATCH']
  },
  {
    because: "parliament's list of actions is older than this one.",
    findings: ['retire-permissions LookWhoUsesImages UNKNOWN_ACTION']
  },
  {
    because:
      'The parameters that AWS publishes are in no account, so that their ARNs name none: parliament asks for one.',
    findings: ['retire-permissions ReadPublicParametersThatLaunchTemplatesFollow RESOURCE_MISMATCH']
  },
  {
    because: 'StringLike compares an ARN as well as ArnLike does, and the other keys of the statement need it.',
    findings: ['copy-permissions TagTheSnapshotsOfCopies MISMATCHED_TYPE_BUT_USABLE']
  }
]

interface Finding {
  readonly issue: string
  readonly detail: unknown
  readonly location: {readonly line?: number; readonly filepath: string}
}

// Trust policies are not for parliament, which wants a Resource in every statement.
const args = [
  '--directory',
  'iam',
  '--include_policy_extension',
  'json',
  '--exclude_pattern',
  '.*/trust-policy.*',
  '--json'
]
// Where it fails altogether, it says why, and its findings are gone.
const {stdout, error} = spawnSync('parliament', args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']})
if (error) throw error

const found = stdout
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Finding)
const expected = meant.flatMap(({findings}) => findings)
const surprising = found.filter((finding) => !expected.includes(named(finding)))
const gone = expected.filter((name) => !found.some((finding) => named(finding) === name))

for (const finding of surprising) console.error(`${named(finding)}: ${JSON.stringify(finding.detail)}`)
for (const name of gone) console.error(`${name} is not found any more: take it off the list.`)
console.log(`parliament: ${found.length} findings, ${surprising.length} of which nobody meant`)
if (surprising.length + gone.length > 0) process.exitCode = 1

/** A finding is at the line of its statement, above its Sid, or in it. */
function named({issue, location: {filepath, line = 0}}: Finding): string {
  const lines = readFileSync(filepath, 'utf8').split('\n')
  const sid = lines.slice(0, line + 1).findLast((text) => text.includes('"Sid"'))
  return `${filepath.replace(/^iam\/|\.json$/g, '')} ${sid?.replace(/.*: "|",$/g, '') ?? '?'} ${issue}`
}
