/** Every operation of a service, by the names of its SDK's commands. */
export type ActionOf<Sdk> = keyof {
  [K in keyof Sdk as K extends `${infer A}Command` ? (A extends '$' ? never : A) : never]: true
}

type CommandOf<Sdk, A extends string> = Sdk[`${A}Command` & keyof Sdk]

type InputOfCommand<C> = C extends new (...args: infer P) => unknown ? NonNullable<P[0]> : never

type OutputOfCommand<C> = C extends new (...args: never[]) => {
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{output: infer O}>
}
  ? O
  : never

export type InputOf<Sdk, A extends string> = InputOfCommand<CommandOf<Sdk, A>>

export type OutputOf<Sdk, A extends string> = Omit<OutputOfCommand<CommandOf<Sdk, A>>, '$metadata'>
