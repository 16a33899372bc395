import {execFile, spawnSync} from 'node:child_process'
import {cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {describe, expect, it} from '@jest/globals'
import {notRun} from '../../rehearsal/host/packers/scenario-packers.ts'
import type {LocalCloud} from '../../rehearsal/index.ts'
import {poll} from '../../src/lib/wait.ts'
import {play, withCurrentPacker, scenarioMs} from './scenario.ts'

const run = promisify(execFile)
const readPage = (name: string): string => readFileSync(join(import.meta.dirname, '../..', name), 'utf8')
const page = readPage('docs/promotion.md')
const inputs = {'skip-unchanged': 'true', 'ssm-parameter': '/jenkins/ami'}

/** The blocks in a language, of docs/promotion.md unless another page is given. */
function blocks(language: string, from = page): string[] {
  return [...from.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, block = '']) => block
  )
}

function environment({cloud: {endpoint, region, administrator}}: LocalCloud, home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: home,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: administrator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: administrator.secretAccessKey
  }
}

/** A mirror of Terraform's providers: a folder as `terraform providers mirror` makes it. */
const mirror = process.env['REHEARSAL_TERRAFORM_PROVIDERS']
const noTerraform =
  spawnSync('terraform', ['version']).status !== 0
    ? 'terraform is not on PATH'
    : mirror === undefined
      ? 'REHEARSAL_TERRAFORM_PROVIDERS names no folder with hashicorp/aws'
      : undefined
const noCli = spawnSync('aws', ['--version']).status === 0 ? undefined : 'aws is not on PATH'
const withTerraform = noTerraform === undefined ? describe : describe.skip
const withCli = noCli === undefined ? describe : describe.skip
const titleOf = (tool: string, reason: string | undefined): string =>
  reason === undefined ? tool : notRun(tool, reason)

withCurrentPacker((packer) => {
  withTerraform(titleOf('Terraform', noTerraform), () => {
    it('launches the image of the variables file, and finds it by the parameter and by the tags, as the documentation says', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'terraform-'))
      const terraform = (env: NodeJS.ProcessEnv, ...args: string[]) =>
        run('terraform', [`-chdir=${folder}`, ...args], {env, maxBuffer: 2 ** 26})
      try {
        const configuration = blocks('hcl').join('\n')
        const outputs =
          '{parameter = nonsensitive(data.aws_ssm_parameter.jenkins.value), tags = data.aws_ami.jenkins.id}'
        writeFileSync(join(folder, 'main.tf'), `${configuration}\noutput "found" {\n  value = ${outputs}\n}\n`)
        writeFileSync(
          join(folder, 'mirror.tfrc'),
          `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`
        )
        let launched: unknown
        let found: unknown
        const {outputs: told, leftovers} = await play(packer, {
          inputs,
          async afterwards(local, report) {
            const env = {
              ...environment(local, folder),
              TF_CLI_CONFIG_FILE: join(folder, 'mirror.tfrc'),
              CHECKPOINT_DISABLE: '1'
            }
            cpSync(report.outputs['tfvars'] ?? '', join(folder, 'jenkins-ami.auto.tfvars.json'))
            await local.cloud.furnish(async () => {
              await terraform(env, 'init', '-input=false')
              await terraform(env, 'apply', '-input=false', '-auto-approve')
              found = JSON.parse((await terraform(env, 'output', '-json', 'found')).stdout)
              const state = JSON.parse((await terraform(env, 'show', '-json')).stdout) as {
                values: {root_module: {resources: {address: string; values: {ami: string}}[]}}
              }
              launched = state.values.root_module.resources.find(({address}) => address === 'aws_instance.jenkins')
                ?.values.ami
              await terraform(env, 'destroy', '-input=false', '-auto-approve')
            })
          }
        })
        expect(launched).toBe(told['ami-id'])
        expect(found).toEqual({parameter: told['ami-id'], tags: told['ami-id']})
        expect(leftovers).toEqual([])
      } finally {
        rmSync(folder, {recursive: true, force: true})
      }
    })
  })

  withCli(titleOf('the AWS CLI', noCli), () => {
    it('finds the newest verified image, and gives the parameter the one of before, as the documentation says', async () => {
      const found: string[] = []
      const shell = async (local: LocalCloud, command: string): Promise<string> => {
        const own = command.replaceAll('eu-west-1', local.cloud.region)
        return (await run('bash', ['-c', own], {env: environment(local, tmpdir())})).stdout.trim()
      }
      const command = (start: string): string => blocks('sh').find((block) => block.startsWith(start)) ?? ''
      const {again, ...first} = await play(packer, {
        inputs,
        again: [{inputs: {'volume-size': '20'}}],
        async afterwards(local, {outputs, again: runs}) {
          found.push(await shell(local, command('aws ec2 describe-images')))
          const back = command('aws ssm put-parameter').replace('ami-0123456789abcdef0', outputs['ami-id'] ?? '')
          expect(runs[0]?.outputs['previous-ami-id']).toBe(outputs['ami-id'])
          await shell(local, back)
          const value = 'aws ssm get-parameter --name /jenkins/ami --query Parameter.Value --output text'
          // AWS takes a value of this data type after its answer.
          const isTaken = async () => (await shell(local, value)) === outputs['ami-id'] || undefined
          await poll(isTaken, {signal: AbortSignal.timeout(scenarioMs)})
        }
      })
      expect(first.exitCode).toBe(0)
      expect(found).toEqual([again[0]?.outputs['ami-id']])
    })

    it('launches the image for a first look, and removes everything again, as the README says', async () => {
      const commands = blocks('sh', readPage('README.md'))
      const find = (part: string): string => commands.find((block) => block.includes(part)) ?? ''
      const home = mkdtempSync(join(tmpdir(), 'first-look-'))
      let shown: string[] = []
      try {
        const {exitCode} = await play(packer, {
          async afterwards(local, {outputs}) {
            const launch = find('aws ec2 create-key-pair')
              .replace('AMI_ID', outputs['ami-id'] ?? '')
              .replaceAll('eu-west-1', local.cloud.region)
              // Nothing of this machine's addresses is asked for on the internet, and a light machine has no such user.
              .replace('$(curl -4fsS https://checkip.amazonaws.com)', '127.0.0.1')
              .replace(/^ssh /m, 'echo ')
            const count = [
              'aws ec2 describe-instances --filters Name=instance-state-name,Values=running --query "length(Reservations)"',
              'aws ec2 describe-security-groups --group-names first-jenkins --query "length(SecurityGroups)" 2>&1 || true',
              'aws ec2 describe-key-pairs --key-names first-jenkins --query "length(KeyPairs)" 2>&1 || true'
            ].join('\n')
            const script = ['set -euo pipefail', launch, count, find('aws ec2 delete-key-pair'), count].join('\n')
            const {stdout} = await run('bash', ['-c', script], {cwd: home, env: environment(local, home)})
            shown = stdout.trim().split('\n')
          }
        })
        expect(exitCode).toBe(0)
        const [login = '', ...rest] = shown.filter((line) => line !== '' && !/^[{}\s]/.test(line))
        expect(login).toMatch(/^-i first-jenkins\.pem -t -L 8080:127\.0\.0\.1:8080 admin@127\.[\d.]+ sudo cat /)
        expect(rest.slice(0, 3)).toEqual(['1', '1', '1'])
        expect(rest.slice(3).join('\n')).toMatch(/0\n.*InvalidGroup\.NotFound.*\n.*InvalidKeyPair\.NotFound/)
      } finally {
        rmSync(home, {recursive: true})
      }
    })
  })
})
