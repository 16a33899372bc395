import type {Run} from '../../host/run.ts'

/**
 * What a program reads out of a file.
 * @param otherwise why it cannot be read where the program is there, as a sentence about the file
 * @throws Error with one sentence
 */
export async function readWith(run: Run, program: string, args: readonly string[], otherwise: string): Promise<string> {
  try {
    return await run(program, args)
  } catch (error) {
    const isMissing = /: spawn \S+ ENOENT/.test(String(error))
    throw new Error(isMissing ? `${program} is needed to read it, and is not installed` : otherwise, {cause: error})
  }
}
