// Required by a Node whose memory is measured: writes the most that it had resident, in bytes, into a file of its own.
'use strict'
const {writeFileSync} = require('node:fs')
const file = process.env.NOTE_PEAK_IN
if (file) {
  process.on('exit', () => writeFileSync(`${file}.${process.pid}`, String(process.resourceUsage().maxRSS * 1024)))
}
