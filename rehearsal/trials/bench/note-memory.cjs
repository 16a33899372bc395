// Required by a Node whose memory is measured: writes the most that it had, in bytes, into a file of its own.
'use strict'
const {writeFileSync} = require('node:fs')
const {setFlagsFromString} = require('node:v8')
const {runInNewContext} = require('node:vm')

const {NOTE_MEMORY_IN: file, NOTE_MEMORY_OF: kind} = process.env
const lookEveryMs = 500

/** What is in use when all garbage has been collected. */
function noteInUse() {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  let most = 0
  const look = () => {
    collect()
    const {heapUsed, external} = process.memoryUsage()
    most = Math.max(most, heapUsed + external)
  }
  setInterval(look, lookEveryMs).unref()
  return () => {
    look()
    return most
  }
}

if (file) {
  const most = kind === 'in use' ? noteInUse() : () => process.resourceUsage().maxRSS * 1024
  process.on('exit', () => writeFileSync(`${file}.${process.pid}`, String(most())))
}
