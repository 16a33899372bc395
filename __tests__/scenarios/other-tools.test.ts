import {execFile, spawnSync} from 'node:child_process'
import {cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {describe, expect, it} from '@jest/globals'
import {notRun} from '../../rehearsal/host/packers/scenario-packers.ts'
import type {LocalCloud} from '../../rehearsal/index.ts'
import {poll} from '../../src/lib/wait.ts'
import {play, scenarioMs, withCurrentPacker} from './scenario.ts'

const run = promisify(execFile)
const page = readFileSync(join(import.meta.dirname, '../../docs/promotion.md'), 'utf8')
const inputs = {'skip-unchanged': 'true', 'ssm-parameter': '/jenkins/ami'}

/** The blocks of docs/promotion.md in a language. */
function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
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
    it(
      'launches the image of the variables file, and finds it by the parameter and by the tags, as the documentation says',
      async () => {
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
      },
      scenarioMs
    )
  })

  withCli(titleOf('the AWS CLI', noCli), () => {
    it(
      'finds the newest verified image, and gives the parameter the one of before, as the documentation says',
      async () => {
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
      },
      scenarioMs
    )
  })
})
