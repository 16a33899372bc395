import {mkdtemp, rm} from 'node:fs/promises'
import {createServer} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {amazonLinux, installScripts, whyNotAmazonLinux} from '../../machines/amazon-linux.ts'
import {standInJenkinsVersion} from '../../jenkins/index-site.ts'
import {packagesIn} from '../../jenkins/real/files.ts'
import {readPackage, type RealPackage} from '../../jenkins/real/package.ts'
import {buildRpmRepository} from '../../jenkins/rpm-repository.ts'
import {endServer, listenLocally} from '../../host/local-server.ts'
import {run} from '../../host/run.ts'
import {roundSeconds} from '../report.ts'
import type {Result} from './result.ts'

const scripts = join(import.meta.dirname, '../../../templates/jenkins/scripts')

/** The first .rpm of Jenkins that the environment names. Needs rpm where it names one. */
export async function realRpm(env: NodeJS.ProcessEnv): Promise<RealPackage | undefined> {
  const file = packagesIn(env).find(({kind}) => kind === 'rpm')
  return file && readPackage(file, run)
}

/** Runs the shipped template's scripts for Amazon Linux on its stand-in; nothing is booted, and there is no image. */
export async function playScripts(
  java: string,
  env: NodeJS.ProcessEnv
): Promise<Pick<Result, 'outcome' | 'why' | 'seconds' | 'jenkins'>> {
  const why = await whyNotAmazonLinux()
  if (why !== undefined) return {outcome: 'not run', why, seconds: 0}
  const real = await realRpm(env)
  const version = real?.version ?? standInJenkinsVersion
  const folder = await mkdtemp(join(tmpdir(), 'amazon-linux-'))
  const [machine, repository] = await Promise.all([amazonLinux(folder), buildRpmRepository(real ?? version)])
  const server = createServer(({url: path = ''}, response) => {
    const file = repository.files.get(path.slice(1))
    response.writeHead(file ? 200 : 404).end(file)
  })
  try {
    const url = `http://127.0.0.1:${await listenLocally(server)}`
    const began = Date.now()
    const commands = [
      ...installScripts.map((name) => `bash ${scripts}/${name}.sh`),
      `rpm --query java-${java}-amazon-corretto-headless jenkins`,
      'test "$(systemctl is-enabled jenkins.service)" = enabled'
    ]
    const {status, output} = await machine.run(commands.join('\n'), {
      CONNECT_VIA: 'public-ip',
      JAVA_VERSION: java,
      JENKINS_VERSION: version,
      JENKINS_REPOSITORY_URL: url,
      JENKINS_REPOSITORY_KEY_FINGERPRINT: repository.keyFingerprint,
      JENKINS_UPDATE_CENTER_URL: url,
      JENKINS_SETUP_WIZARD: 'true'
    })
    return {
      outcome: status === 0 ? 'installed' : 'failed',
      ...(status === 0 ? {} : {why: output.trim().split('\n').at(-1) ?? `exit ${status}`}),
      seconds: roundSeconds((Date.now() - began) / 1000),
      jenkins: {version, standIn: !real, file: real?.path ?? null, plugins: null}
    }
  } finally {
    await endServer(server)
    await rm(folder, {recursive: true})
  }
}
