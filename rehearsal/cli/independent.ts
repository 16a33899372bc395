import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Command} from 'commander'
import {messageOf} from '../../src/lib/errors.ts'
import {gaps, notJudged} from '../trials/independent/gaps.ts'
import {motoVersion, pythonWithMoto} from '../trials/independent/python.ts'
import {startMoto} from '../trials/independent/moto.ts'
import {playOn} from '../trials/independent/play.ts'
import {readActionFile} from '../runner/action-file.ts'
import {choosePacker, releasesReachable} from '../host/packers/choose.ts'
import {run} from '../host/run.ts'
import {refuseRealCredentials} from '../host/safeguard.ts'
import {showLine} from './show-line.ts'
import {stopSignal} from '../host/stop-signal.ts'

const command = new Command('npm run independent --')
  .description(
    'Bakes and sweeps against moto, an AWS that others wrote, so that the authors of the local cloud are not the only judges. It is ' +
      'installed from PyPI into the cache of the rehearsal; nothing leaves 127.0.0.0/8 after that.'
  )
  .option('--packer <path|version|system>', 'default: as for `npm run rehearse`')
  .option('--verbose', 'shows the action’s log')
  .parse()

const flags = command.opts<{packer?: string; verbose?: true}>()
const project = join(import.meta.dirname, '../..')
const {env} = process
const signal = stopSignal()
const progress = (sentence: string): void => console.log(sentence)
const folder = await mkdtemp(join(tmpdir(), 'bake-jenkins-ami-independent-'))
try {
  refuseRealCredentials(env)
  const {defaults} = await readActionFile(project)
  const packer = await choosePacker(flags.packer, {
    env,
    progress,
    run: (program, args, options) => run(program, args, {...options, signal}),
    isRoot: process.geteuid?.() === 0,
    releasesReachable,
    actionDefault: defaults.get('packer-version') ?? ''
  })
  const python = await pythonWithMoto({env, run, progress, signal})
  const moto = await startMoto(python, folder, signal)
  try {
    progress(`moto ${motoVersion} answers at ${moto.endpoint}; Packer ${packer.version}, ${packer.source}`)
    const verdict = await playOn({
      moto,
      packer,
      folder,
      signal,
      onLine(line) {
        const text = flags.verbose ? showLine(line) : undefined
        if (text !== undefined) console.log(text)
      }
    })
    for (const line of verdict.seen) console.log(line)
    console.log(`\nWhat moto ${motoVersion} lacks, as this run met it:`)
    for (const gap of gaps) {
      const times = verdict.hits.get(gap) ?? 0
      console.log(
        times > 0 ? `- ${gap.lacks}. Here ${gap.instead} (${times} times)` : `- not met by this run: ${gap.lacks}`
      )
    }
    for (const one of verdict.refused) console.log(`- it refused ${one}`)
    console.log('\nOf what it does not do at all, a green run says nothing:')
    for (const one of notJudged) console.log(`- ${one}`)
    console.log(
      verdict.wrong.length === 0
        ? '\nGreen: bake and sweep went through.'
        : `\nWrong:\n${verdict.wrong.map((one) => `- ${one}`).join('\n')}`
    )
    process.exitCode = verdict.wrong.length === 0 ? 0 : 1
  } finally {
    await moto.stop()
  }
} catch (error) {
  console.error(signal.aborted ? 'Stopped.' : messageOf(error))
  process.exitCode = signal.aborted ? 130 : 1
} finally {
  await rm(folder, {recursive: true, force: true})
}
