import {closeSync, openSync} from 'node:fs'
import type {Server} from 'node:http'
import {devNull} from 'node:os'
import type {Socket} from 'node:net'

/** Packer and its plugins hold a handful at a time; a client that holds more does not want keys. */
const mostOpen = 64
/** While this process can open nothing more: each is answered within milliseconds. */
const mostInNeed = 4
/** In milliseconds. A program on this machine sends its request at once. */
const usualSilenceMs = 10_000
/** Files that are held open and are closed when the process may open no more: a connection is a file, too. */
const reserved = 8
const lookMs = 500

/** The connections of a server that must answer whatever other programs on this machine do. */
export interface Connections {
  /** From now on it is answered, and not ended for a newer one. */
  answer(socket: Socket): void
  close(): void
}

/**
 * Keeps a server able to answer: it ends silent connections, and the oldest one when there are too many, and holds a
 * reserve of open files for the time when this process, or this machine, may open no more. Without the reserve the
 * system would close every new connection at once.
 */
export function keepAnswering(server: Server, {silenceMs = usualSilenceMs} = {}): Connections {
  const waiting = new Set<Socket>()
  const reserve: number[] = []
  server.on('connection', (socket: Socket) => {
    waiting.add(socket)
    socket.on('close', () => waiting.delete(socket))
    socket.setTimeout(silenceMs, () => socket.destroy())
    trim()
  })

  /** Ends the oldest of too many. */
  function trim(): void {
    const surplus = waiting.size - (reserve.length === 0 ? mostInNeed : mostOpen)
    for (const socket of [...waiting].slice(0, Math.max(surplus, 0))) {
      waiting.delete(socket)
      socket.destroy()
    }
  }

  /** Tries whether a file can be opened: then the reserve is filled, otherwise it is closed. */
  function look(): void {
    try {
      const handle = openSync(devNull, 'r')
      if (reserve.length < reserved) reserve.push(handle)
      else closeSync(handle)
    } catch {
      reserve.splice(0).forEach((handle) => closeSync(handle))
      trim()
    }
  }

  for (let n = 0; n < reserved; n += 1) look()
  const looking = setInterval(look, lookMs).unref()
  return {
    answer(socket) {
      waiting.delete(socket)
    },
    close() {
      clearInterval(looking)
      reserve.splice(0).forEach((handle) => closeSync(handle))
      waiting.forEach((socket) => socket.destroy())
    }
  }
}
