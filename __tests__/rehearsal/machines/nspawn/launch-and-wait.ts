import {createNspawnDriver} from '../../../../rehearsal/machines/nspawn/driver.ts'
import {specFor} from './machines.ts'

/** A process with a real machine, to be killed. */
async function launchAndWait(): Promise<void> {
  const driver = await createNspawnDriver({progress: (sentence) => console.log(sentence)})
  await driver.launch(specFor(driver))
  console.log('launched')
}

void launchAndWait()
