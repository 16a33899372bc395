// Makes pictures of the job summaries, as GitHub shows them, for docs/summaries.md: `npm run summaries`, with Chromium and pngquant on the PATH.
import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {micromark} from 'micromark'
import {gfm, gfmHtml} from 'micromark-extension-gfm'
import {digests, examples} from './summaries/examples.ts'

const width = 860
const margin = 24
const backgrounds = {light: '#ffffff', dark: '#0d1117'} as const
const target = join(import.meta.dirname, '..', 'docs', 'images', 'summaries')
const chromium = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--virtual-time-budget=1000']

const folder = mkdtempSync(join(tmpdir(), 'summaries-'))
try {
  mkdirSync(target, {recursive: true})
  for (const [name, markdown] of Object.entries(examples())) {
    for (const mode of ['light', 'dark'] as const) {
      const page = join(folder, `${name}-${mode}.html`)
      writeFileSync(page, pageOf(markdown, mode))
      const dom = run('--dump-dom', `--window-size=${width},600`, page)
      const height = Number(/data-height="(\d+)"/.exec(dom)?.[1])
      const picture = join(target, `${name}-${mode}.png`)
      run(`--screenshot=${picture}`, `--window-size=${width},${height}`, page)
      execFileSync('pngquant', ['--force', '--ext=.png', '32', picture])
      console.log(picture)
    }
  }
  writeFileSync(join(target, 'made-of.json'), `${JSON.stringify(digests(), undefined, 2)}\n`)
} finally {
  rmSync(folder, {recursive: true})
}

function run(...args: readonly string[]): string {
  return execFileSync('chromium', [...chromium, ...args], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']})
}

function pageOf(markdown: string, mode: keyof typeof backgrounds): string {
  const style = readFileSync(
    createRequire(import.meta.url).resolve(`github-markdown-css/github-markdown-${mode}.css`),
    'utf8'
  )
  const body = micromark(markdown, {allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()]})
  return `<!doctype html><meta charset="utf-8"><style>${style}
body {margin: 0; padding: ${margin}px; background: ${backgrounds[mode]}}</style>
<article class="markdown-body">${body}</article>
<script>document.body.dataset.height = Math.ceil(document.documentElement.getBoundingClientRect().height)</script>`
}
