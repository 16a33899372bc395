// Plugins of the bundler: what keeps dist/ small, and its start quick.
import {readFile} from 'node:fs/promises'

/**
 * The SDK's clients declare their schemas as arrays with computed keys, which a bundler must keep. Wrapped as pure
 * expressions, those that no command here uses fall away. So do the classes of errors, of which nobody here asks: an error
 * without a class is the client's own, with its code as its name, as all of EC2's are.
 */
export const pureSchemas = {
  name: 'pure-schemas',
  setup({onLoad}) {
    onLoad({filter: /@aws-sdk[\\/].*[\\/]schemas[\\/]schemas_0\.js$/}, async ({path: file}) => {
      const pure = (await readFile(file, 'utf8')).replace(
        /^((?:export )?(?:var|const) [\w$]+ = )(\[[\s\S]*?\]);$/gm,
        '$1/* @__PURE__ */ (() => $2)();'
      )
      const isOwnClient = /@aws-sdk[\\/]client-(ssm|iam|auto-scaling)[\\/]/.test(file)
      return {loader: 'js', contents: isOwnClient ? pure.replace(/^n0_registry\.registerError\(.*\);$/gm, '') : pure}
    })
  }
}

/**
 * The SDK loads each of its providers of credentials by itself: a file for each, and for all that two of them share.
 * Loaded with the rest they cost little, because their classes are read only when they are used.
 */
export const providersAtOnce = {
  name: 'providers-at-once',
  setup({onLoad}) {
    onLoad({filter: /node_modules[\\/]@(aws-sdk|smithy)[\\/].*dist-es[\\/].*\.js$/}, async ({path: file}) => {
      if (/[\\/]schemas[\\/]schemas_0\.js$/.test(file)) return undefined
      const names = []
      const text = (await readFile(file, 'utf8')).replace(
        /\bimport\("(?!node:)([^"]+)"\)/g,
        (_, name) => `Promise.resolve(loaded${names.push(name) - 1})`
      )
      const imports = names.map((name, index) => `import * as loaded${index} from ${JSON.stringify(name)};`)
      return {loader: 'js', contents: [...imports, text].join('\n')}
    })
  }
}

/**
 * Of the Actions toolkit's HTTP client nothing is used here, and it brings undici. Packages that are declared to have no
 * effects of their own fall away with it.
 */
export function withoutHttpClient() {
  return {
    name: 'without-http-client',
    setup({onResolve, resolve}) {
      onResolve({filter: /^(undici|tunnel|@actions\/http-client(\/.*)?|\.\/oidc-utils\.js)$/}, async (args) => {
        if (args.pluginData === 'resolved') return undefined
        const {path: name, importer, resolveDir, kind} = args
        return {...(await resolve(name, {importer, resolveDir, kind, pluginData: 'resolved'})), sideEffects: false}
      })
    }
  }
}

/** What verifies signatures is a file of its own, which only a download loads. */
export const openpgpAside = {
  name: 'openpgp-aside',
  setup({onResolve}) {
    onResolve({filter: /^openpgp$/}, () => ({path: './openpgp.cjs', external: true}))
  }
}

/** Main, post, promote and sweep are a few lines each, and share what post loads only when there is something to do. */
export const sharedBundle = {
  name: 'shared-bundle',
  setup({onResolve}) {
    onResolve({filter: /^\.\/app\.ts$/}, () => ({path: './app.cjs', external: true}))
  }
}
