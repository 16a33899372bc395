/** The values that must not appear in a log, and the function that hides them. */
export interface Masks {
  readonly values: readonly string[]
  /** Hides a value from now on: as it is, each of its lines, and its base64, JSON and URI forms. */
  add(value: string): void
  /** `text` with every hidden value replaced by `***`; values that overlap or touch become one `***`. */
  apply(text: string): string
}

/** Masks as the runner's SecretMasker keeps them: for the whole job, in the order they came. */
export function createMasks(): Masks {
  const values: string[] = []
  const forms = new Set<string>()
  return {
    values,
    add(value) {
      values.push(value)
      for (const part of [value, ...value.split(/[\r\n]+/u)]) {
        for (const form of formsOf(part)) if (form !== '') forms.add(form)
      }
    },
    apply(text) {
      const covered = merge([...forms].flatMap((form) => occurrences(text, form)))
      return covered.reduceRight((masked, [start, end]) => `${masked.slice(0, start)}***${masked.slice(end)}`, text)
    }
  }
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  // A value inside a longer base64 text begins at any of three offsets.
  const base64 = [0, 1, 2]
    .filter((shift) => bytes.length > shift)
    .map((shift) => bytes.subarray(shift).toString('base64'))
  return [value, ...base64, JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed())]
}

type Range = [start: number, end: number]

function occurrences(text: string, form: string): Range[] {
  const ranges: Range[] = []
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) ranges.push([at, at + form.length])
  return ranges
}

function merge(ranges: Range[]): Range[] {
  const merged: Range[] = []
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1)
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else merged.push([start, end])
  }
  return merged
}
