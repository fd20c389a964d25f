// A chat model behind the OpenAI protocol whose words the test chooses.

import { createServer } from 'node:http';

/** Starts it; {url, say(text), stop(), calls}. Answers are streamed in small pieces. */
export async function startModel() {
  const model = { calls: 0, text: '', pause: 5 };
  const server = createServer(async (request, response) => {
    for await (const piece of request) void piece;
    model.calls += 1;
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const send = (delta, finish = null) => response.write(`data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'fake', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
    for (const piece of model.text.match(/[^]{1,4}/gu) ?? []) {
      send({ content: piece });
      await new Promise((resolve) => { setTimeout(resolve, model.pause); });
    }
    send({}, 'stop');
    response.end('data: [DONE]\n\n');
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  model.url = `http://127.0.0.1:${server.address().port}/v1`;
  model.stop = () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
  return model;
}
