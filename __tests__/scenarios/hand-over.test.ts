import {SSM} from '@aws-sdk/client-ssm'
import {expect, it} from '@jest/globals'
import {parseFault} from '../../rehearsal/cloud/faults/fault.ts'
import {poll} from '../../src/lib/wait.ts'
import type {LocalCloud} from '../../rehearsal/index.ts'
import {play, withCurrentPacker, scenarioMs} from './scenario.ts'

const name = '/jenkins/ami'
const inputs = {'ssm-parameter': name, 'skip-unchanged': 'true'}

function ssm({cloud}: LocalCloud): SSM {
  return new SSM({region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.administrator})
}

withCurrentPacker((packer) => {
  it('names each new image in a parameter, and tells which image it named before', async () => {
    const named: (string | undefined)[] = []
    const note = async (local: LocalCloud): Promise<void> => {
      const {Parameter: {Value, DataType} = {}} = await ssm(local).getParameter({Name: name})
      named.push(Value)
      expect(DataType).toBe('aws:ec2:image')
    }
    const {again, ...first} = await play(packer, {
      inputs,
      again: [{before: note, inputs: {'volume-size': '20'}}, {before: note}],
      afterwards: note
    })
    const [second, third] = again
    expect(first).toMatchObject({exitCode: 0, leftovers: [], outputs: {'previous-ami-id': '', skipped: 'false'}})
    expect(second).toMatchObject({
      exitCode: 0,
      outputs: {'previous-ami-id': first.outputs['ami-id'], skipped: 'false', verdict: 'verified'}
    })
    expect(third?.outputs).toMatchObject({skipped: 'false', 'previous-ami-id': second?.outputs['ami-id']})
    expect(named).toEqual([first, second, third].map((run) => run?.outputs['ami-id']))
    expect(first.summary).toContain(`| Parameter |`)
  })

  it('keeps the verified image if AWS denies the parameter, and names it in the next run, which bakes nothing', async () => {
    const {again, ...first} = await play(packer, {
      inputs,
      faults: [parseFault('PutParameter#1=denied')],
      again: [{}]
    })
    expect(first).toMatchObject({exitCode: 1, leftovers: [], outputs: {verdict: 'verified', deregistered: 'false'}})
    expect(first.log).toContain(`The parameter ${name} could not be changed: AccessDeniedException`)
    expect(first.log).toContain(`--value ${first.outputs['ami-id']} --data-type aws:ec2:image --overwrite`)
    expect(again[0]).toMatchObject({exitCode: 0, outputs: {skipped: 'true', 'ami-id': first.outputs['ami-id']}})
    expect(again[0]?.log).toContain(`The parameter ${name} names ${first.outputs['ami-id']} (version 1)`)
  })

  it('leaves a parameter that was set back, until something changes', async () => {
    const {again} = await play(packer, {
      inputs,
      again: [
        {inputs: {'volume-size': '20'}},
        {
          inputs: {'volume-size': '20'},
          before: async (local, outputs) => {
            const Value = outputs['previous-ami-id'] ?? ''
            await ssm(local).putParameter({Name: name, Value, DataType: 'aws:ec2:image', Overwrite: true})
            // AWS takes it after its answer.
            const isTaken = async () =>
              (await ssm(local).getParameter({Name: name})).Parameter?.Value === Value || undefined
            await poll(isTaken, {signal: AbortSignal.timeout(scenarioMs)})
          }
        }
      ]
    })
    expect(again[1]).toMatchObject({exitCode: 0, outputs: {skipped: 'true', 'ami-id': again[0]?.outputs['ami-id']}})
    expect(again[1]?.log).toContain('and was set back')
  })

  it('leaves the parameter alone if the image is rejected', async () => {
    const run = await play(packer, {inputs: {'ssm-parameter': name}, jenkins: 'wrong-version'})
    expect(run).toMatchObject({exitCode: 1, leftovers: [], outputs: {verdict: 'rejected'}})
    expect(run.calls.map(({action}) => action)).not.toContain('PutParameter')
  })
})
