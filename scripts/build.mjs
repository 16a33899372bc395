// Bundles the action into dist/. With --check, compares with what is committed instead of writing.
import {mkdtemp, readFile, readdir, rm} from 'node:fs/promises'
import * as path from 'node:path'
import {build} from 'esbuild'
import {writeNotices} from './notices.mjs'

const root = path.join(import.meta.dirname, '..')
const check = process.argv.includes('--check')
const committed = path.join(root, 'dist')
const target = check ? await mkdtemp(path.join(root, 'node_modules', '.dist-')) : committed

// The EC2 and IAM clients declare their schemas as arrays with computed keys, which a bundler must keep. Wrapped as pure
// expressions, the thousand that no command here uses fall away (1 MB of a 2.8 MB bundle).
const pureSchemas = {
  name: 'pure-schemas',
  setup({onLoad}) {
    onLoad({filter: /client-(?:ec2|iam)[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/}, async ({path: file}) => ({
      loader: 'js',
      contents: (await readFile(file, 'utf8')).replace(
        /^((?:export )?(?:var|const) [\w$]+ = )(\[[\s\S]*?\]);$/gm,
        '$1/* @__PURE__ */ (() => $2)();'
      )
    }))
  }
}

// Main, post, promote and sweep are a few lines each and share one bundle, which post loads only when there is something to do.
const sharedBundle = {
  name: 'shared-bundle',
  setup({onResolve}) {
    onResolve({filter: /^\.\/app\.ts$/}, () => ({path: './app.cjs', external: true}))
  }
}

const common = {
  absWorkingDir: root,
  outdir: target,
  outExtension: {'.js': '.cjs'},
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  // openpgp's ES module asks for its own URL at start, which a CommonJS bundle does not have.
  alias: {openpgp: path.join(root, 'node_modules/openpgp/dist/node/openpgp.min.cjs')},
  define: {'import.meta.dirname': '__dirname'},
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning'
}

if (!check) await rm(committed, {recursive: true, force: true})
await build({
  ...common,
  entryPoints: ['main', 'post', 'promote', 'sweep'].map((name) => `src/action/${name}.ts`),
  plugins: [sharedBundle]
})
const {metafile} = await build({...common, entryPoints: ['src/action/app.ts'], plugins: [pureSchemas], metafile: true})
await writeNotices(metafile, root, target)

if (check) {
  const differences = await differing(target, committed)
  await rm(target, {recursive: true})
  if (differences.length > 0) {
    console.error(`dist/ is not what the source builds (${differences.join(', ')}): run 'npm run build' and commit it.`)
    process.exitCode = 1
  }
}

async function differing(built, present) {
  const names = new Set([...(await readdir(built)), ...(await readdir(present).catch(() => []))])
  const read = (folder, name) => readFile(path.join(folder, name), 'utf8').catch(() => undefined)
  const same = await Promise.all(
    [...names].map(async (name) => (await read(built, name)) === (await read(present, name)))
  )
  return [...names].filter((_, index) => !same[index])
}
