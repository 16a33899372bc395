import * as path from 'node:path'
import {InputError} from '../lib/errors.ts'
import type {Reading} from './reading-parts.ts'

/** The Amazon plugin's address, as required_plugins has it. */
const amazonPlugin = /^(?:github\.com\/)?hashicorp\/amazon$/

/**
 * One error for each other name that `required_plugins` gives the Amazon plugin. It is the beginning of the types of the
 * plugin's components (`aws-ebs`), by which a template's builders and data sources are recognised here.
 */
export function renamedPlugins({settings}: Reading): InputError[] {
  return settings
    .filter(({within, name, expression}) => within === 'required_plugins' && name !== 'amazon' && isAmazon(expression))
    .map(
      ({file, name, expression}) =>
        new InputError(
          'template',
          `${path.basename(file)} line ${expression.line} calls the plugin hashicorp/amazon '${name}', and this action knows its builders and data sources by its own name alone. Write amazon there, and amazon- in place of ${name}- in their types.`
        )
    )
}

function isAmazon({texts}: Reading['settings'][number]['expression']): boolean {
  return texts.some((text) => amazonPlugin.test(text))
}
