// A server of the HTTP contract whose answers are chosen by the question, for what
// a sound server never sends: cut streams, HTML errors, hostile text in every field.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const WEB = new URL('../', import.meta.url);
const TYPES = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', html: 'text/html; charset=utf-8' };
export const CSP = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

/** Text that runs if anything along the way takes it for HTML. */
export const HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><svg onload="window.hacked=1">"\'><b>x';

const BODY = '雨水收集池建于山坡下，共有十二座。每座可储水三百立方米，旱季够全村用四十天。'
  + '\n\n管护由村里的老人轮流负责。\n\n'.repeat(40)
  + '去年春天，蓄水总量达到三千六百立方米。';

const article = (id, title) => ({
  id, path: `${id}.md`, title, source: '山村日记', published: '2025-03-02', passages: 3, encoding: 'GB18030', bytes: 5321,
});
export const ARTICLES = [article('a1', '蓄水池的一年'), article('a2', HOSTILE), article('a3', 'Notes on a rain tank')];

export function citation(number, changes) {
  const quote = '去年春天，蓄水总量达到三千六百立方米。';
  const start = [...BODY].length - [...quote].length;
  return {
    number, passage_id: `p${number}`, article_id: 'a1', title: '蓄水池的一年', source: '山村日记', published: '2025-03-02', url: '',
    quote, prefix: '', suffix: '', start, end: start + [...quote].length, score: 1, ...changes,
  };
}

const first = '雨水收集池建于山坡下，共有十二座。';
const citations = [citation(1), citation(2, { quote: first, start: 0, end: [...first].length })];

export function answer(changes) {
  return {
    answer: '蓄水总量为三千六百立方米[1]。收集池共有**十二座**[2]。',
    html: '<p>蓄水总量为三千六百立方米<sup class="cite"><a href="#cite-1" data-n="1">1</a></sup>。收集池共有<strong>十二座</strong><sup class="cite"><a href="#cite-2" data-n="2">2</a></sup>。</p>',
    answered: true, mode: 'extractive', model: '', citations, closest: [], generation: 1, complete: true,
    sentences: [
      { text: '蓄水总量为三千六百立方米。', citations: [1], support: 'supported', missing: [] },
      { text: '收集池共有**十二座**。', citations: [2], support: 'supported', missing: [] },
    ],
    stats: { passages: 3, hits: 2, retrieve_ms: 1, first_ms: 2, total_ms: 3, model_calls: 0, coverage: 1 },
    ...changes,
  };
}

const hostile = answer({
  mode: 'model', model: HOSTILE, answer: HOSTILE, notice: HOSTILE, searched_as: HOSTILE,
  html: `<p onclick="window.hacked=1">坏<a href="javascript:window.hacked=1">link</a><img src="//evil.example/x.png"><style>body{display:none}</style><iframe srcdoc="<script>parent.hacked=1</script>"></iframe><svg><script>window.hacked=1</script></svg></p>${HOSTILE}`,
  citations: [citation(1, { title: HOSTILE, source: HOSTILE, published: HOSTILE, quote: HOSTILE, article_id: 'a2', url: 'javascript:window.hacked=1' })],
  closest: [citation(2, { title: HOSTILE, quote: HOSTILE })],
  explain: [{ passage_id: 'p1', article_id: 'a2', fused: { rank: 1, score: 1 }, phrase: true, lost: 0.03, terms: [HOSTILE], matched: [{ term: HOSTILE, weight: 1 }] }],
  sentences: [{ text: HOSTILE, citations: [], support: 'unsupported', missing: [HOSTILE] }],
});

const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.codePointAt(0)};`);

function readingPage(id, query) {
  const chars = [...(id === 'a2' ? HOSTILE : BODY)];
  const start = Number(query.get('start') ?? 0);
  const end = Number(query.get('end') ?? 0);
  const cut = (a, b) => escape(chars.slice(a, b).join(''));
  const title = ARTICLES.find((a) => a.id === id)?.title ?? '';
  return `<!doctype html><html lang="zh-Hans"><head><title>${escape(title)}</title><link rel="stylesheet" href="/assets/_/style.css"><script type="module" src="/assets/_/reading.js"></script></head><body><main><article class="reading"${id === 'a2' ? ' onclick="window.hacked=1"' : ''}><h1>${escape(title)}</h1><p class="meta">山村日记 · 2025-03-02</p><pre>${cut(0, start)}${end > start ? `<mark id="cite">${cut(start, end)}</mark>` : ''}${cut(end)}</pre></article></main></body></html>`;
}

const sse = (event, data) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
const delay = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Question → what is sent for it. write() sends a piece of the stream. */
const SCRIPTS = {
  async default(write) {
    await write(': hello\n\n' + sse('passages', { passages: citations }));
    for (const text of ['蓄水总量为', '三千六百立方米', '[1]。收集池共有', '**十二座**[2]。']) await write(sse('delta', { text }));
    await write(sse('done', answer()));
  },
  async crlf(write) { await write(sse('done', answer()).replaceAll('\n', '\r\n')); },
  async bytes(write) {
    for (const byte of Buffer.from(sse('delta', { text: '逐字节' }) + sse('done', answer()))) await write(Buffer.from([byte]));
  },
  async cut(write) { await write(sse('delta', { text: '写到一半' })); },
  async broken(write) { await write('event: delta\ndata: {"text":\n\n'); },
  async upstream(write) { await write(sse('error', { error: { code: 'model_auth', message: '模型服务拒绝了密钥。', hint: '请检查 -model-key。' } })); },
  async hostile(write) {
    await write(sse('passages', { passages: hostile.citations }) + sse('delta', { text: `${HOSTILE}[1]` }));
    await delay(200);
    await write(sse('done', hostile));
  },
  async hostileError(write) { await write(sse('error', { error: { code: 'x', message: HOSTILE, hint: HOSTILE } })); },
  async weak(write) {
    await write(sse('done', answer({
      mode: 'model', model: 'test-model',
      sentences: [
        { text: '蓄水总量为三千六百立方米。', citations: [1], support: 'supported', missing: [] },
        { text: '收集池共有十二座。', citations: [2], support: 'unsupported', missing: ['十二座'] },
      ],
    })));
  },
  async repaired(write) {
    await write(sse('delta', { text: '蓄水总量为三千六百立方米。收集池共有十二座[1]。' }));
    await write(sse('done', answer({
      mode: 'model', model: 'test-model',
      sentences: [
        { text: '蓄水总量为三千六百立方米。', citations: [1], support: 'supported', missing: [], repaired: 'added', spans: [{ citation: 1, start: 2, end: 5, quote: '确切的', prefix: '', suffix: '' }] },
        { text: '收集池共有十二座。', citations: [2], support: 'supported', missing: [], repaired: 'moved', spans: [] },
      ],
    })));
  },
  async incomplete(write) { await write(sse('done', answer({ complete: false, mode: 'model', model: 'test-model' }))); },
  async thinks(write) {
    await write(sse('passages', { passages: citations }));
    for (const text of [`读者问的是总量，`, `\n见[2]。${HOSTILE}`]) await write(sse('thinking', { text }));
    await delay(1200);
    await write(sse('delta', { text: '蓄水总量为三千六百立方米[1]。' }));
    await delay(300);
    await write(sse('done', answer({ mode: 'model', model: 'test-model' })));
  },
  async rethinks(write) {
    await write(sse('delta', { text: '先想一想[1]。' }));
    await delay(150);
    await write(sse('restart', {}) + sse('thinking', { text: '先想一想[1]。' }) + sse('delta', { text: '总量为三千六百立方米' }));
  },
  async notice(write) { await write(sse('done', answer({ mode: 'model', model: 'test-model', notice: '向量服务没有回应，只按词查找。' }))); },
  async excerpts(write) { await write(sse('done', answer({ notice: 'These are sentences quoted from the articles.' }))); },
  async fallback(write) { await write(sse('done', answer({ complete: false, notice: '模型没有作答，改为摘录。' }))); },
  async long(write) {
    const word = 'https://example.org/' + 'abcdefghij'.repeat(40);
    await write(sse('passages', { passages: citations }) + sse('delta', { text: word }));
    await delay(150);
    await write(sse('done', answer({
      mode: 'model', model: word, answer: word, searched_as: word, notice: word,
      html: `<h2>${word}</h2><p>${word} <code>${word}</code></p><ul><li>${word}</li></ul><table><tr><td>${word}</td></tr></table><pre><code>${word}</code></pre>`,
      citations: [citation(1, { title: word, source: word, quote: word })], closest: [citation(2, { title: word, quote: word })],
      sentences: [{ text: word, citations: [], support: 'unsupported', missing: [word] }],
    })));
  },
  async nohtml(write) { await write(sse('done', answer({ html: undefined }))); },
  async slow(write) {
    await write(sse('passages', { passages: citations }));
    for (let i = 1; i <= 400; i++) {
      await write(sse('delta', { text: `第${i}句慢慢写。${i % 8 ? '' : '\n\n'}` }));
      await delay(50);
    }
    await write(sse('done', answer()));
  },
};

/** Starts the mock; {origin, stop(), asked, state} where state.generation 0 means not ready. */
export async function startMock() {
  const asked = [];
  const state = { generation: 1, aborted: 0 };
  const server = createServer((request, response) => {
    handle(request, response, asked, state).catch(() => response.destroy());
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    origin: `http://127.0.0.1:${server.address().port}`, asked, state,
    stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}

async function handle(request, response, asked, state) {
  const url = new URL(request.url, 'http://mock');
  const send = (status, type, body) => response.writeHead(status, { 'Content-Type': type, 'Content-Security-Policy': CSP }).end(body);
  const json = (status, value) => send(status, 'application/json', JSON.stringify(value));
  const asset = /^\/assets\/_\/([a-z]+\.([a-z]+))$/.exec(url.pathname);
  if (url.pathname === '/') return send(200, TYPES.html, await readFile(new URL('index.html', WEB)));
  if (asset) return send(200, TYPES[asset[2]], await readFile(new URL(asset[1], WEB)));
  if (url.pathname === '/healthz') return json(200, { status: 'ok', version: 'mock', writes: false });
  if (url.pathname === '/examples') return json(200, { questions: ['蓄水总量是多少？', '收集池有几座？', HOSTILE] });
  if (url.pathname === '/articles') return json(200, { articles: ARTICLES.filter((a) => a.title.includes(url.searchParams.get('q') ?? '')), next: '' });
  if (url.pathname.startsWith('/articles/')) return send(200, TYPES.html, readingPage(url.pathname.slice(10), url.searchParams));
  if (url.pathname === '/reload') return reload(request, json, state);
  if (url.pathname === '/ask') return ask(request, response, send, json, asked, state);
  return json(404, { error: { code: 'not_found', message: '没有这个地址。', hint: '' } });
}

async function reload(request, json, state) {
  const report = {
    generation: state.generation, added: [HOSTILE], changed: ['a1.md'], removed: [], unchanged: 1,
    skipped: [{ path: HOSTILE, reason: '编码无法识别，请存为 UTF-8。' }], warnings: [HOSTILE], embedded: 3, took_ms: 12,
  };
  if (request.method === 'POST') {
    await delay(600);
    return state.reloadFails ? json(500, { error: { code: 'reload', message: '文件夹读不到。', hint: '请检查 -articles。' } }) : json(200, report);
  }
  return json(200, {
    phase: state.generation ? 'idle' : 'embed', done: 3, total: 9, eta_ms: 4000, generation: state.generation, articles: ARTICLES.length,
    passages: 9, embedder: 'hashed', last_report: report, last_error: '',
  });
}

async function ask(request, response, send, json, asked, state) {
  let body = '';
  for await (const piece of request) body += piece;
  const question = JSON.parse(body);
  asked.push(question);
  if (state.generation === 0) return json(503, { error: { code: 'not_ready', message: '文章还在建立索引。', hint: '' } });
  const plain = {
    html500: () => send(500, TYPES.html, `<h1>Bad gateway</h1>${HOSTILE}`),
    html200: () => send(200, TYPES.html, '<h1>Please log in</h1>'),
    json429: () => json(429, { error: { code: 'busy', message: '提问太多。', hint: '请过一分钟再试。' } }),
    reset: () => request.socket.destroy(),
  }[question.question];
  if (plain) return plain();
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Content-Security-Policy': CSP });
  let open = true;
  response.on('close', () => { if (!response.writableFinished) { open = false; state.aborted += 1; } });
  const write = (piece) => new Promise((resolve, reject) => { open ? response.write(piece, () => resolve()) : reject(new Error('gone')); });
  await (SCRIPTS[question.question] ?? SCRIPTS.default)(write);
  return response.end();
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.log((await startMock()).origin);
