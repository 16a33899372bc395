import {FailureReader, type Failure} from './diagnosis/failure.ts'
import {artifactsOf, type Artifact, type Message} from '../packer-output/messages.ts'
import type {Said} from '../packer-output/speakers.ts'

/** A template has a handful of artifacts, of some hundred characters each. */
const mostArtifactMessages = 10_000
const mostArtifactCharacters = 1_000_000

/** What is kept of all that Packer says in a run: what it made, and what tells why it failed. Of any length of output a bounded part. */
export class Transcript {
  readonly #artifactMessages: Message[] = []
  #artifactCharacters = 0
  readonly #failure = new FailureReader()

  /** @param said what the message says, where it is one for people */
  note(message: Message, said: Said | undefined): void {
    if (message.category === 'artifact') this.#noteArtifact(message)
    this.#failure.note(message, said)
  }

  get artifacts(): Artifact[] {
    return artifactsOf(this.#artifactMessages)
  }

  /** @param stderr what Packer wrote to its error stream */
  failure(stderr: string): Failure {
    return this.#failure.read(stderr)
  }

  #noteArtifact(message: Message): void {
    const characters = message.args.reduce((sum, {length}) => sum + length, 0)
    const isFull =
      this.#artifactMessages.length >= mostArtifactMessages ||
      this.#artifactCharacters + characters > mostArtifactCharacters
    if (isFull) return
    this.#artifactMessages.push(message)
    this.#artifactCharacters += characters
  }
}
