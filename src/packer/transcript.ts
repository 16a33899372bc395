import {FailureReader, type Failure} from './diagnosis/failure.ts'
import {artifactsOf, type Artifact, type Message} from '../packer-output/messages.ts'
import type {Said} from '../packer-output/speakers.ts'

/** A template has a handful of artifacts, of some hundred characters each. */
const mostArtifactMessages = 10_000
const mostArtifactCharacters = 1_000_000

/**
 * The part of Packer's output that a run keeps: its artifacts, and the lines that explain a failure. It is bounded,
 * however long the output is.
 */
export class Transcript {
  readonly #artifactMessages: Message[] = []
  #artifactCharacters = 0
  readonly #failure = new FailureReader()

  /** @param said the message, if it is one for users */
  note(message: Message, said: Said | undefined): void {
    if (message.category === 'artifact') this.#noteArtifact(message)
    this.#failure.note(message, said)
  }

  get artifacts(): Artifact[] {
    return artifactsOf(this.#artifactMessages)
  }

  /** @param stderr the contents of Packer's error stream */
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
