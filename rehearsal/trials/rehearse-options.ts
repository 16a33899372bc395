import type {Behaviour, DriverName} from './choose-driver.ts'
import type {Authorize} from '../cloud/auth/authorize.ts'
import type {Canary, Shortages} from '../cloud/cloud.ts'
import type {Call} from '../cloud/calls.ts'
import type {Fault} from '../cloud/faults/fault.ts'
import type {BaseName} from '../machines/driver.ts'
import type {LocalCloud} from './local-cloud.ts'
import type {Packer} from '../host/packers/packer.ts'
import type {Progress} from '../host/run.ts'
import type {Report} from './report.ts'
import type {Wait} from '../runner/child.ts'
import type {LogLine} from '../runner/log.ts'

export interface Again {
  readonly inputs?: Readonly<Record<string, string>>
  /** Awaited before the action runs. It is given the outputs of the run before. */
  readonly before?: (local: LocalCloud, outputs: Readonly<Record<string, string>>) => unknown
}

export interface RehearseOptions {
  /** Default `light`; `best` is `nspawn` where this host can run real machines. */
  readonly driver?: DriverName | 'best'
  /** The system on the source image, which only real machines run. */
  readonly base?: BaseName
  /** How the image's Jenkins behaves. Default `ready`. */
  readonly jenkins?: Behaviour
  /** A .deb or .war of Jenkins, for real machines. Default: the one that REHEARSAL_JENKINS_PACKAGE names. */
  readonly jenkinsPackage?: string
  /** A folder with plugins, for real machines. Default: the one that REHEARSAL_JENKINS_PLUGINS names. */
  readonly jenkinsPlugins?: string
  /** Takes the stand-in for Jenkins, whatever the environment names and can be reached; for tests of what only it does. */
  readonly onlyStandIn?: boolean
  /** Whether Jenkins's own repository can be reached, for real machines. */
  readonly jenkinsReachable?: () => Promise<boolean>
  /** A path, an exact version or `system`; default the best that can be had. Or one that was found already. */
  readonly packer?: string | Packer
  /** Inputs of the action, over those that the rehearsal sets. */
  readonly inputs?: Readonly<Record<string, string>>
  /** GITHUB_* variables of the job that are to differ from those of the harness. */
  readonly context?: Readonly<Record<`GITHUB_${string}`, string>>
  /** Runs in the same cloud at the same time, each with inputs over those of the first run. */
  readonly beside?: readonly Readonly<Record<string, string>>[]
  /** Further runs in the same cloud, with inputs over those of the first run. */
  readonly again?: readonly Again[]
  /** `CALL` or `CALL#N`: the runner's cancel sequence begins when that call arrives; with `:after`, when it has been answered. */
  readonly cancelAt?: string
  /** The same: SIGKILL for the action's node. */
  readonly killAt?: string
  /** The same: SIGKILL for everything that the job runs, and no post: the runner is lost. */
  readonly loseAt?: string
  /** As in a container job, where a cancel does not reach the action's node: it lives on beside post. */
  readonly container?: boolean
  /** What goes wrong deliberately in the cloud. */
  readonly faults?: readonly Fault[]
  /** Seconds that role sessions last at most, whatever is asked for. */
  readonly sessionSeconds?: number
  readonly canary?: Canary
  /** What the account and its regions lack; for tests. */
  readonly shortages?: Shortages
  /** Milliseconds that states with an end last in the cloud. Default 0. */
  readonly stateDelayMs?: number
  /** The cloud's clock; the default is the machine's. For tests. */
  readonly now?: () => Date
  /** What AWS allows whom; the default honours session policies and allows everything else. For tests. */
  readonly authorize?: Authorize
  /** As with "Enable debug logging": RUNNER_DEBUG=1, and the log has the debug lines. */
  readonly debug?: boolean
  /** Variables added to the action's environment. */
  readonly actionEnv?: Readonly<Record<string, string>>
  /** Called when a call has arrived, before it is done; for tests. */
  readonly onCall?: (call: Call) => void | Promise<void>
  /** Awaited when the action has ended and the leftovers are counted, while the cloud and its machines are still there; for tests. */
  readonly afterwards?: (local: LocalCloud, report: Report) => Promise<void>
  /** Awaited once the cloud runs, before the action does; for tests. */
  readonly onCloud?: (local: LocalCloud) => unknown
  /** Each line of the action's log, as it comes. */
  readonly onLine?: (line: LogLine) => void
  /** What is being set up, and whatever else a person wants to know while waiting. */
  readonly progress?: Progress
  /** Aborted (Ctrl-C): the cancel sequence, then everything is stopped. */
  readonly signal?: AbortSignal
  /** The clock of the cancel sequence. */
  readonly wait?: Wait
  /** Keeps everything of the run; the caller removes it. Default: a new one that keeps the log and the summary only. */
  readonly folder?: string
  /** The folder with action.yml; default this project's. */
  readonly action?: string
  /** This process's environment; default process.env. */
  readonly env?: NodeJS.ProcessEnv
}
