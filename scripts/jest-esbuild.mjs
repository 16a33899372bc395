import {transformSync} from 'esbuild'

// TypeScript 7 has no transform that jest could call; esbuild strips the types.
export default {
  process: (source, sourcefile) =>
    transformSync(source, {loader: 'ts', format: 'esm', target: 'es2023', sourcemap: 'both', sourcefile})
}
