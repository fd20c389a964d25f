// The reload panel while a slow server computes the vectors, and when connections break.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHTTP } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertNoSidewaysScroll, launch, open, PHONE, startYinju } from './harness.mjs';

const NETWORK = /Failed to load resource|ERR_/;
let browser;
let folder;
let vectors;
let yinju;
let proxy;

/** A server of vectors that can be made to wait. */
async function startVectors() {
  const state = { origin: '', held: null, release: () => {}, close: () => {} };
  const server = createHTTP(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const { input } = JSON.parse(body);
    if (state.held) await state.held;
    const data = input.map((text, index) => ({ index, object: 'embedding', embedding: Array.from({ length: 8 }, (_, i) => 1 + (text.codePointAt(i % text.length) % 97)) }));
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ object: 'list', data, model: 'bge' }));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  state.origin = `http://127.0.0.1:${server.address().port}/v1`;
  state.hold = () => { state.held = new Promise((resolve) => { state.release = () => { state.held = null; resolve(); }; }); };
  state.close = () => { state.release(); server.close(); server.closeAllConnections(); };
  return state;
}

/** Passes connections on until they are cut. */
async function startProxy(target) {
  const open = new Set();
  const { port } = new URL(target);
  const server = createServer((socket) => {
    const behind = connect(Number(port), '127.0.0.1');
    for (const [from, to] of [[socket, behind], [behind, socket]]) {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const cut = () => { for (const socket of open) socket.destroy(); };
  return { origin: `http://127.0.0.1:${server.address().port}`, cut, close: () => { cut(); server.close(); } };
}

const article = (name, text) => writeFile(join(folder, name), text);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yinju-e2e-articles-'));
  await article('a.md', '# 长江\n\n长江全长6300千米。');
  vectors = await startVectors();
  [browser, yinju] = await Promise.all([launch(), startYinju(['--articles', folder, '--no-watch', '--embed-model', 'bge', '--embed-url', vectors.origin, '--dense-weight', '0.1'])]);
  proxy = await startProxy(yinju.origin);
});

after(async () => {
  vectors?.close();
  await browser?.close();
  proxy?.close();
  await yinju?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a slow reload shows what it does, survives a broken connection, and reports', async (t) => {
  t.after(() => vectors.release());
  for (let i = 0; i < 40; i++) await article(`new${i}.md`, `# 第${i}条河\n\n第${i}条河全长${100 + i}千米，流过${i}座城。`);
  await article('broken.md', '');
  const page = await open(t, browser, proxy.origin, { expected: NETWORK });
  await page.locator('.example').first().waitFor();
  vectors.hold();
  await page.getByRole('button', { name: '重新载入' }).click();
  const panel = page.locator('#report');
  await panel.getByText(/计算向量\s·\s1 \/ 41/).waitFor();
  assert.equal(await panel.getByRole('progressbar', { name: '计算向量' }).evaluate((bar) => `${bar.value} ${bar.max}`), '1 41');
  assert.match(await panel.textContent(), /读了 40 个文件，1 个没有变，1 个读不了/);
  await panel.getByText('读不了的文件').click();
  await panel.locator('.failed').getByText('broken.md').waitFor();
  assert.ok((await panel.locator('.failed li').textContent()).length > 'broken.md'.length + 5, 'the reason is missing');

  await panel.getByText(/在等向量模型 openai:bge：它还没有回答（已 \d+ 秒）/).waitFor({ timeout: 20_000 });
  await page.waitForFunction(() => document.querySelector('#live').textContent.includes('在等向量模型'));
  await assertNoSidewaysScroll(page);

  proxy.cut();
  await page.waitForTimeout(300);
  assert.equal(await panel.getByRole('alert').count(), 0, 'a broken connection is no failed reload');
  await article('late.md', '# 黄河\n\n黄河全长5464千米。');
  const other = await fetch(`${yinju.origin}/reload?wait=false`, { method: 'POST' });
  assert.equal(other.status, 202);
  await panel.getByText(/还有一次载入排在后面/).waitFor();

  vectors.release();
  await page.getByRole('heading', { name: '载入完成' }).waitFor();
  assert.equal((await fetch(`${yinju.origin}/reload`).then((r) => r.json())).last_report.skipped[0].path, 'broken.md');
  assert.match(await panel.textContent(), /未收录（1）.*broken\.md/);
});

test('in English, on a phone, a reload that fails says why', async (t) => {
  const page = await open(t, browser, proxy.origin, { locale: 'en-GB', viewport: PHONE, isMobile: true, hasTouch: true, expected: NETWORK });
  await page.locator('.example').first().waitFor();
  await article('more.md', '# 珠江\n\n珠江全长2320千米。');
  vectors.hold();
  t.after(() => vectors.release());
  await page.getByRole('button', { name: 'Reload' }).click();
  const panel = page.locator('#report');
  await panel.getByText(/Computing vectors/).waitFor();
  await assertNoSidewaysScroll(page);
  vectors.release();
  await page.getByRole('heading', { name: 'Reloaded' }).waitFor();
  await assertNoSidewaysScroll(page);
  await yinju.stop();
  await page.getByRole('button', { name: 'Reload' }).click();
  await panel.getByRole('alert').waitFor();
});
