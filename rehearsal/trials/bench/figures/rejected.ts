import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {EC2} from '@aws-sdk/client-ec2'
import {whyNot} from '../../../machines/nspawn/driver.ts'
import type {LocalCloud} from '../../local-cloud.ts'
import {rehearse} from '../../rehearse.ts'
import type {RepeatedRun} from '../../report.ts'
import {brokenImages, failureIn, scriptThatBreaks, type BrokenImage} from '../broken-images.ts'
import {Missing, rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'

const mostSeconds = 30
const parameter = '/rehearsal/jenkins-ami'

/** Whole bakes of broken images: what is wrong must be named, nothing may be left, and nobody should wait for it. */
export const rejected: Figure = {
  name: 'rejected',
  what: `On real machines (nspawn), from the moment when systemd has seen Jenkins fail to the verdict, over ${brokenImages.length} bakes of images that are broken in different ways; each must be rejected, name its cause and leave nothing`,
  runs: brokenImages.length,
  async measure({folder, packer, env, runs, signal, progress}: Bench): Promise<Row[]> {
    const reason = await whyNot()
    if (reason !== undefined) throw new Missing(`real machines cannot be had here: ${reason}`)
    const images = brokenImages.slice(0, runs)
    const scripts = await Promise.all(images.map((image, index) => writeScript(folder, image, index)))
    let bake: Moments = {}
    const bakes: Moments[] = []
    let local: LocalCloud | undefined
    const report = await rehearse({
      driver: 'nspawn',
      packer: await packer(),
      env,
      signal,
      onlyStandIn: true,
      inputs: {'ssm-parameter': parameter},
      // Each is baked upon the first one, which has Jenkins and Java already.
      again: images.map(({name}, index) => ({
        inputs: {
          'source-ami': `resolve:ssm:${parameter}`,
          'ssm-parameter': '',
          'ssh-username': 'admin',
          'setup-script': scripts[index] ?? ''
        },
        before() {
          progress(`${index + 1} of ${images.length}: ${name}`)
          bakes.push((bake = {}))
        }
      })),
      onCloud: (started) => void (local = started),
      async onCall({action, by}) {
        if (action !== 'TerminateInstances' || by !== 'action' || !local) return
        const moments = bake
        moments.failed ??= failureIn(await consoleOf(local))
      },
      onLine({kind, text}) {
        if (kind === 'group' && text === 'Sweep') bake.judged ??= Date.now()
      }
    })
    if (report.outputs['verdict'] !== 'verified') throw new Error(`the first image was not verified: ${report.logFile}`)
    images.forEach((image, index) => expectRejected(image, report.again[index]))
    if (report.leftovers.length > 0) throw new Error(`something was left: ${JSON.stringify(report.leftovers)}`)
    // Where systemd had seen no failure yet when the machine was ended, the verdict came first.
    const seconds = bakes.map(({judged = 0, failed}) => failed && (judged - failed) / 1_000)
    images.forEach(({name}, index) =>
      progress(`${name}: rejected ${seconds[index]?.toFixed(1) ?? 'less than 0.0'} s after it failed`)
    )
    const seen = seconds.filter((one) => one !== undefined)
    if (seen.length < images.length / 2) throw new Error('systemd’s view of most failures is missing on the console')
    return [
      rowOf('from the failure to the verdict', 's', seen),
      withGoal(
        rowOf('the worst of them', 's', [Math.max(...seen)]),
        `< ${mostSeconds} s`,
        ({own}) => own.median < mostSeconds
      )
    ]
  }
}

/** Of one bake, in milliseconds since 1970. */
interface Moments {
  /** When systemd saw Jenkins fail. */
  failed?: number | undefined
  /** When the action had its verdict. */
  judged?: number
}

async function writeScript(folder: string, image: BrokenImage, index: number): Promise<string> {
  const file = join(folder, `break-${index + 1}.sh`)
  await writeFile(file, scriptThatBreaks(image))
  return file
}

function expectRejected({name, cause}: BrokenImage, run: RepeatedRun | undefined): void {
  const {exitCode, outputs = {}, log = ''} = run ?? {}
  const {verdict, deregistered} = outputs
  const said = `exit ${exitCode}, ${verdict}, deregistered: ${deregistered}`
  if (said !== 'exit 1, rejected, deregistered: true') throw new Error(`${name}: ${said}\n${log}`)
  if (!log.slice(log.indexOf('The image was rejected:')).includes(cause))
    throw new Error(`${name}: the rejection does not name ${cause}\n${log}`)
}

/** What the one machine that runs has printed. */
async function consoleOf({cloud}: LocalCloud): Promise<string> {
  const ec2 = new EC2({region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.administrator})
  try {
    const {Reservations = []} = await ec2.describeInstances({
      Filters: [{Name: 'instance-state-name', Values: ['running']}]
    })
    const InstanceId = Reservations[0]?.Instances?.[0]?.InstanceId
    const {Output = ''} = await ec2.getConsoleOutput({InstanceId, Latest: true})
    return Buffer.from(Output, 'base64').toString()
  } finally {
    ec2.destroy()
  }
}
