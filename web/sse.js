// Server-sent events read from a fetch body (EventSource can't send a POST).
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

/**
 * Yields {event, data} for each event of the stream and null whenever bytes came
 * that ended no event (a comment, say), so that the caller knows it is alive.
 * An event without its blank line at the end of the stream is dropped, as the
 * standard wants.
 */
export async function* events(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let event = '';
  let data = [];
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      // A carriage return at the end may be half of CR LF: it waits for the next piece.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      let yielded = false;
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) {
            yielded = true;
            yield { event: event || 'message', data: data.join('\n') };
          }
          event = '';
          data = [];
          continue;
        }
        const colon = line.indexOf(':');
        if (colon === 0) continue;
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
        if (field === 'event') event = value;
        else if (field === 'data') data.push(value);
      }
      if (!yielded) yield null;
    }
  } finally {
    // Leaving the loop early (stop button, watchdog) must end the request too.
    reader.cancel().catch(() => {});
  }
}
