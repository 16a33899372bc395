// Bundles the action into dist/. With --check, compares with what is committed instead of writing.
import {mkdtemp, readFile, readdir, rm, writeFile} from 'node:fs/promises'
import * as path from 'node:path'
import {build, transform} from 'esbuild'
import {openpgpAside, providersAtOnce, pureSchemas, sharedBundle, withoutHttpClient} from './bundling.mjs'
import {writeNotices} from './notices.mjs'

const root = path.join(import.meta.dirname, '..')
const check = process.argv.includes('--check')
const committed = path.join(root, 'dist')
const target = check ? await mkdtemp(path.join(root, 'node_modules', '.dist-')) : committed

// Names stay, so that a stack in a bug report can be read.
const form = {target: 'node24', platform: 'node', charset: 'utf8', minifySyntax: true, minifyWhitespace: true}
const common = {
  ...form,
  absWorkingDir: root,
  bundle: true,
  mainFields: ['module', 'main'],
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true
}
const define = {'import.meta.dirname': '__dirname'}

if (!check) await rm(committed, {recursive: true, force: true})
try {
  await build({
    ...common,
    define,
    format: 'cjs',
    outdir: target,
    outExtension: {'.js': '.cjs'},
    entryPoints: ['main', 'post', 'promote', 'sweep'].map((name) => `src/action/${name}.ts`),
    plugins: [sharedBundle]
  })
  await writeNotices(filesIn([await bundleAction(), await bundleOpenpgp()]), root, target)
  const differences = check ? await differing(target, committed) : []
  if (differences.length > 0) {
    console.error(`dist/ is not what the source builds (${differences.join(', ')}): run 'npm run build' and commit it.`)
    process.exitCode = 1
  }
} finally {
  if (check) await rm(target, {recursive: true})
}

/**
 * app.cjs reads the inputs; work.cjs, which speaks with AWS, is loaded when they are good; lib.cjs is what both need.
 * esbuild splits ES modules only, and Node loads half of its HTTP stack for one that imports `node:http`: so they become
 * CommonJS.
 */
async function bundleAction() {
  const {outputFiles, metafile} = await build({
    ...common,
    format: 'esm',
    splitting: true,
    write: false,
    outdir: target,
    entryPoints: ['src/action/app.ts'],
    plugins: [pureSchemas, providersAtOnce, withoutHttpClient(), openpgpAside]
  })
  const names = new Map(
    Object.entries(metafile.outputs).map(([file, {entryPoint = 'lib'}]) => [
      path.basename(file),
      `${path.basename(entryPoint, '.ts')}.cjs`
    ])
  )
  if (new Set(names.values()).size !== names.size || names.size !== 3) {
    throw new Error(`the action splits into other parts than app, work and lib: ${[...names.values()].join(', ')}`)
  }
  for (const [file, {inputs}] of Object.entries(metafile.outputs)) {
    const ofAws = Object.keys(inputs).find((input) => /node_modules[\\/]@(aws-sdk|smithy)[\\/]/.test(input))
    if (ofAws !== undefined && names.get(path.basename(file)) !== 'work.cjs') {
      throw new Error(`what reads the inputs would load ${ofAws}: something imports a value from a file that needs it`)
    }
  }
  for (const {path: file, text} of outputFiles) {
    const named = text.replace(/"\.\/([\w-]+\.js)"/g, (all, name) => (names.has(name) ? `"./${names.get(name)}"` : all))
    const {code} = await transform(named, {...form, define, format: 'cjs', supported: {'dynamic-import': false}})
    await writeFile(path.join(target, names.get(path.basename(file)) ?? ''), code)
  }
  return metafile
}

/** The lightweight build leaves out what an RSA key does not need: elliptic curves in JavaScript, old ciphers, argon2. */
async function bundleOpenpgp() {
  const folder = path.join(root, 'node_modules/openpgp/dist/lightweight')
  const {metafile} = await build({
    ...common,
    define,
    format: 'cjs',
    outfile: path.join(target, 'openpgp.cjs'),
    minifyIdentifiers: true,
    stdin: {
      contents: "export {createMessage, enums, readKey, readSignature, verify} from './openpgp.mjs'",
      resolveDir: folder,
      sourcefile: 'openpgp.js'
    },
    external: [
      'argon2id',
      'legacy_ciphers',
      'nacl-fast',
      'noble_curves',
      'noble_hashes',
      'sha512',
      'unbzip2-stream'
    ].map((name) => `./${name}.mjs`)
  })
  return metafile
}

/** The files of which something is in the bundles. */
function filesIn(metafiles) {
  return metafiles
    .flatMap(({outputs}) => Object.values(outputs))
    .flatMap(({inputs}) => Object.entries(inputs))
    .flatMap(([file, {bytesInOutput}]) => (bytesInOutput > 0 ? [file] : []))
}

async function differing(built, present) {
  const names = new Set([...(await readdir(built)), ...(await readdir(present).catch(() => []))])
  const read = (folder, name) => readFile(path.join(folder, name), 'utf8').catch(() => undefined)
  const same = await Promise.all(
    [...names].map(async (name) => (await read(built, name)) === (await read(present, name)))
  )
  return [...names].filter((_, index) => !same[index])
}
