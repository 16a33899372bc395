// Holds the machines' network namespace open, and opens sockets in it for the rehearsal's process, which serves them. It
// ends with that process: the kernel closes the channel between them, whatever the end was.
import {createSocket} from 'node:dgram'
import {createServer} from 'node:net'

process.on('disconnect', () => process.exit())
process.on('message', ({protocol, port}) => {
  const say = (error) => process.send({error: error.message})
  if (protocol === 'udp') {
    const socket = createSocket('udp4').on('error', say)
    socket.bind(port, '0.0.0.0', () => process.send({}, socket, () => socket.close()))
  } else {
    const server = createServer().on('error', say)
    server.listen(port, '0.0.0.0', () => process.send({}, server, () => server.close()))
  }
})
process.send({pid: process.pid})
