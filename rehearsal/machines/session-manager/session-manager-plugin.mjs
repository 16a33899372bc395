#!/usr/bin/env node
// A stand-in for AWS's session-manager-plugin, for the rehearsal alone: Packer starts it by that name, with the same arguments. It forwards
// connections to the local cloud's end of the session, as they are: nothing of AWS's protocol or encryption is in it.
import {connect, createServer} from 'node:net'
import {pipeline} from 'node:stream'

if (process.argv[2] === '--version') {
  console.log('1.2.764.0')
  process.exit()
}
const [session, , operation, , parameters] = process.argv.slice(2)
if (operation !== 'StartSession') throw new Error(`the stand-in for session-manager-plugin knows no ${operation}`)
const {StreamUrl, TokenValue, SessionId} = JSON.parse(session)
const {hostname, port} = new URL(StreamUrl)
const {localPortNumber} = JSON.parse(parameters).Parameters

createServer((from) => {
  const to = connect(Number(port), hostname)
  to.write(`${TokenValue}\n`)
  pipeline(from, to, from, () => {
    from.destroy()
    to.destroy()
  })
}).listen(Number(localPortNumber[0]), '127.0.0.1', () => {
  console.log(`session-manager-plugin (the rehearsal's stand-in): port ${localPortNumber[0]} opened for ${SessionId}`)
})
