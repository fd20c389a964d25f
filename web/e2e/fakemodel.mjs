// A chat model behind the OpenAI protocol whose words the test chooses.

import { createServer } from 'node:http';

/**
 * Starts it; {url, calls, text, pause, reply, stop()}. It says text in small pieces, or,
 * where there is a reply, what reply(prompt) lists: strings, and objects that go out as
 * deltas as they are. {status} in the first place answers with that status, {cut: true}
 * breaks the connection, {finish} is the reason for the end.
 */
export async function startModel() {
  const model = { calls: 0, text: '', pause: 5, reply: null };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece;
    model.calls += 1;
    const pieces = model.reply?.(JSON.parse(body).messages.at(-1).content) ?? inPieces(model.text);
    if (pieces[0]?.status) {
      response.writeHead(pieces[0].status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'no', type: 'invalid_request_error' } }));
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.flushHeaders();
    const send = (delta, finish = null) => response.write(`data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'fake', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
    let finish = 'stop';
    for (const piece of pieces) {
      if (piece.cut) {
        response.destroy();
        return;
      }
      if (piece.finish) finish = piece.finish;
      else send(typeof piece === 'string' ? { content: piece } : piece);
      await new Promise((resolve) => { setTimeout(resolve, model.pause); });
    }
    send({}, finish);
    response.end('data: [DONE]\n\n');
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  model.url = `http://127.0.0.1:${server.address().port}/v1`;
  model.stop = () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
  return model;
}

/** A text in the pieces in which a model might send it. */
export function inPieces(text) {
  return text.match(/[^]{1,4}/gu) ?? [];
}
