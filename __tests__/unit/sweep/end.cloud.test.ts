import {existsSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {openLedger} from '../../../src/ledger/ledger.ts'
import {endBake} from '../../../src/sweep/end.ts'
import {startTestCloud} from '../../rehearsal/cloud/test-cloud.ts'
import {recordingLog} from '../../helpers/recording-log.ts'
import {accountOf} from '../../helpers/test-account.ts'

it('leaves neither the bake’s folder nor the temporary one that Packer had', async () => {
  const {ec2} = await startTestCloud()
  const ledger = openLedger(mkdtempSync(join(tmpdir(), 'end-')), 'bake')
  const temporaryFolder = mkdtempSync(join(tmpdir(), 'end-'))
  writeFileSync(join(temporaryFolder, 'packer-shell1'), 'login --token secret')
  const log = recordingLog()
  const bake = {account: accountOf(ec2), bakeId: '0123456789ab', ledger, temporaryFolder, log, failed: false}
  expect(await endBake(bake)).toEqual([])
  expect([existsSync(ledger.folder), existsSync(temporaryFolder)]).toEqual([false, false])
})
