import {createEc2} from './create.ts'
import {settle, settleWithoutDelay} from './settle.ts'
import type {Ec2Cloud, EveryRegion, Regions} from './store.ts'

/** The regions that every account has without asking (EC2 user guide, "Regions and Zones"). */
const regionNames =
  'ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2'.split(
    ' '
  )

/** Each region keeps its own things; one is set up when it is first asked for. */
export class Ec2Regions implements Regions {
  readonly names: readonly string[]
  readonly home: Ec2Cloud
  readonly #shared: EveryRegion
  readonly #used = new Map<string, Ec2Cloud>()

  constructor(home: string, shared: EveryRegion) {
    this.names = [...new Set([...regionNames, home])]
    this.#shared = shared
    this.home = this.#open(home)
  }

  at(name: string): Ec2Cloud | undefined {
    return this.#used.get(name) ?? (this.names.includes(name) ? this.#open(name) : undefined)
  }

  /** Those that something can be in, the home region first. */
  get used(): readonly Ec2Cloud[] {
    return [...this.#used.values()]
  }

  async settle(): Promise<void> {
    await Promise.all(this.used.map(settleWithoutDelay))
    for (const cloud of this.used) settle(cloud)
  }

  #open(name: string): Ec2Cloud {
    const cloud = createEc2(name, this, this.#shared)
    this.#used.set(name, cloud)
    return cloud
  }
}
