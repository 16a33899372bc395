/** Aborts at the first Ctrl-C, SIGTERM or hang-up. Later ones change nothing: what is stopping is already at it. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort(name))
  return controller.signal
}
