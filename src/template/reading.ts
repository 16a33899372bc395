import {readHcl} from './hcl.ts'
import {readBody} from './hcl-body.ts'
import {usedInBody, usedInJson, usedInLegacy} from './used-variables.ts'
import {foldedObject, parseJson} from './json.ts'
import {readJson} from './json-body.ts'
import {lineFinder} from './lines.ts'
import {declare, newDraft, type Draft, type Reading} from './reading-parts.ts'

/** Reads the files of an HCL2 template. */
export function readHclFiles(files: ReadonlyMap<string, string>): Reading {
  const draft = newDraft()
  for (const [file, text] of files) {
    if (file.endsWith('.json')) {
      readJson(draft, file, text, 'hcl2')
      usedInJson(parseJson(file, text)).forEach((reference) => draft.references.add(reference))
      continue
    }
    const body = readHcl(text)
    readBody(draft, file, body)
    usedInBody(body).forEach((reference) => draft.references.add(reference))
  }
  return draft
}

/** @throws {Error} when it is not JSON, or not a template */
export function readLegacyJson(file: string, text: string): Reading {
  const template = parseJson(file, text)
  if (!('builders' in foldedObject(template))) throw new Error(`${file} is not a template: it has no "builders"`)
  const draft = newDraft()
  readJson(draft, file, text, 'legacy')
  declareUsed(draft, file, text)
  usedInLegacy(template).forEach((reference) => draft.references.add(reference))
  return draft
}

/** In legacy JSON a variable that is used can be given a value, declared or not. */
function declareUsed(draft: Draft, file: string, text: string): void {
  const lineAt = lineFinder(text)
  for (const {1: name = '', index} of text.matchAll(
    /\{\{-?\s*user\s+(?:`|\\")([^`"\\\n]+)(?:`|\\")\s*(?:-?\}\}|\|)/g
  )) {
    if (draft.variables.has(name)) continue
    declare(draft, name, {file, line: lineAt(index), kind: 'text', sensitive: false})
  }
}
