/** Answers each `{id, delayMs}` with its id when the time has come. */
onmessage = ({ data }: MessageEvent<{ id: number; delayMs: number }>) => {
  setTimeout(() => postMessage(data.id), data.delayMs)
}
