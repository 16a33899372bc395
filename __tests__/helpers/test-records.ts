import type {Records} from '../../src/ledger/ledger.ts'
import type {Announced} from '../../src/packer-output/created.ts'

/** Records of a bake that began before everything and wrote nothing down. */
export const recordsWith = (announced: Announced): Records => ({
  began: new Date(0),
  resources: [],
  released: [],
  announced,
  hasOpenIntents: false,
  regions: [],
  made: () => undefined
})
