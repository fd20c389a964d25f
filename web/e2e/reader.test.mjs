// The real binary with a chat model and a folder of its own: streaming, limits,
// reloads, reading pages, print.

import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startModel } from './fakemodel.mjs';
import { answered, ask, assertInView, launch, open, startYinju } from './harness.mjs';

const FACT = '望江村的蓄水池一共建了三十七座。';
const QUESTION = '望江村的蓄水池一共建了多少座？';
const LONG = '蓄水池里的水一年四季都清'.repeat(500); // 6,000 characters without a sentence's end

let browser;
let model;
let folder;
let yinju;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yinju-e2e-reader-'));
  await cp(new URL('../../corpus/sample/', import.meta.url), folder, { recursive: true, filter: (path) => !/\.(?:go|jsonl)$/.test(path) });
  await writeFile(join(folder, '蓄水池.md'), `# 蓄水池\n\n${FACT}\n前年冬天动工，\n去年春天完工。\n\n| 村 | 座 |\n|---|---|\n| 望江村 | 三十七 |\n\n\`\`\`\nfill --all\n\`\`\`\n`);
  await writeFile(join(folder, 'long.txt'), LONG);
  [browser, model] = await Promise.all([launch(), startModel()]);
  yinju = await startYinju(['--articles', folder, '--no-watch', '--model', 'fake-model', '--model-url', model.url]);
});
after(async () => {
  await browser?.close();
  await yinju?.stop();
  await model?.stop();
  await rm(folder, { recursive: true, force: true });
});

const idOf = async (path) => (await fetch(`${yinju.origin}/articles`).then((r) => r.json())).articles.find((a) => a.path === path).id;

test('the answer grows from frame to frame, and nothing jumps when it is done', async (t) => {
  const one = FACT.replace('。', '[1]。');
  model.text = `${one}\n${one}\n\n- ${one}\n- ${one}\n  - ${one}\n\n1. ${one}\n2. ${one}\n\n> ${one}\n\n${one}`;
  model.pause = 25;
  t.after(() => { model.pause = 5; });
  const page = await open(t, browser, yinju.origin);
  await page.evaluate(() => {
    window.frames = [];
    const look = () => {
      const answer = document.querySelector('.turn .answer');
      if (answer) {
        const text = answer.querySelector('.text');
        const tops = [...text.querySelectorAll(':scope > *, li')].map((block) => Math.round(block.getBoundingClientRect().top));
        window.frames.push({ busy: answer.hasAttribute('aria-busy'), length: text.textContent.length, top: text.getBoundingClientRect().top, tops });
      }
      requestAnimationFrame(look);
    };
    look();
  });
  await ask(page, QUESTION);
  await answered(page);
  await page.waitForFunction(() => window.frames.filter((frame) => !frame.busy).length > 5);
  const frames = await page.evaluate(() => window.frames);
  const busy = frames.filter((frame) => frame.busy && frame.length > 0);
  const lengths = [...new Set(busy.map((frame) => frame.length))];
  assert.ok(lengths.length >= 8, `only ${lengths.length} sizes were seen before the end`);
  assert.deepEqual(lengths, lengths.toSorted((a, b) => a - b), 'the text shrank');
  const last = frames.at(-1);
  assert.ok(busy.every((frame) => frame.top === last.top), `the answer began at ${[...new Set(frames.map((frame) => frame.top))]}`);
  assert.deepEqual(busy.at(-1).tops, last.tops, 'blocks moved when the answer was done');
});

test('a conversation longer than the server takes is cut by the page', async (t) => {
  model.text = FACT.replace('。', '[1]。');
  const page = await open(t, browser, yinju.origin);
  await page.evaluate((text) => {
    const record = { question: text.slice(0, 2000), state: 'done', answer: { answer: text, mode: 'model', citations: [] } };
    sessionStorage.setItem('yinju.conversation', JSON.stringify({ draft: '', records: Array(60).fill(record) }));
  }, '𠮷水'.repeat(5000));
  const kept = await page.evaluate(() => sessionStorage.getItem('yinju.conversation'));
  await page.goto('about:blank'); // leaving, the page keeps its own conversation
  await page.addInitScript((text) => { if (location.protocol === 'http:') sessionStorage.setItem('yinju.conversation', text); }, kept);
  let sent;
  page.on('request', (request) => { if (request.url().endsWith('/ask')) sent = request.postDataJSON(); });
  await page.goto(yinju.origin);
  await page.locator('.turn').nth(59).waitFor();
  await ask(page, QUESTION);
  const turn = await answered(page);
  assert.ok(sent.history.length >= 2 && sent.history.length <= 50);
  assert.ok(sent.history.every(({ content }) => [...content].length <= 8000));
  assert.match(await turn.locator('.text').textContent(), /三十七座/);
});

test('a quotation longer than the server takes still opens', async (t) => {
  const id = await idOf('long.txt');
  const hash = new URLSearchParams({ article: id, start: '0', end: '6000', quote: LONG });
  const page = await open(t, browser, yinju.origin, { path: `/#${hash}` });
  await page.locator('#panel mark#cite').waitFor();
  assert.equal((await page.locator('#panel mark').allTextContents()).join(''), LONG.slice(0, 4000));
});

test('each of the closest passages of a refused question opens its article', async (t) => {
  const page = await open(t, browser, yinju.origin);
  const calls = model.calls;
  await ask(page, '深圳地铁早上几点开门？');
  const turn = await answered(page);
  assert.equal(model.calls, calls);
  const links = turn.locator('.sources a');
  const n = await links.count();
  assert.ok(n >= 1 && n <= 5, `${n} passages`);
  for (let i = 0; i < n; i++) {
    const title = await links.nth(i).locator('.source-title').textContent();
    await links.nth(i).click();
    const { y } = await page.locator('#panel mark#cite').boundingBox();
    assert.ok(y >= 0 && y < page.viewportSize().height, `the passage begins at ${y}`);
    assert.equal(await page.locator('#panel .reading h2').first().textContent(), title);
    await page.keyboard.press('Escape');
    await page.locator('#panel').waitFor({ state: 'hidden' });
  }
});

test('the reload report names what was added, changed, removed and left out', async (t) => {
  const page = await open(t, browser, yinju.origin);
  await writeFile(join(folder, '新的.md'), '# 新的\n\n东岗的风车共有九台。\n');
  await writeFile(join(folder, 'long.txt'), `${LONG}。`);
  await rm(join(folder, 'citations-for-newsrooms.md'));
  await writeFile(join(folder, 'broken.md'), Buffer.from([0x00, 0xff, 0x81, 0x00]));
  await page.getByRole('button', { name: '重新载入' }).click();
  await page.getByRole('heading', { name: '载入完成' }).waitFor();
  const report = page.locator('#report');
  for (const [title, file] of [['新增（1）', '新的.md'], ['改动（1）', 'long.txt'], ['移除（1）', 'citations-for-newsrooms.md'], ['未收录', 'broken.md']]) {
    const section = report.locator('section').filter({ has: page.getByRole('heading', { name: title }) });
    await section.getByText(file, { exact: true }).waitFor();
  }
  assert.ok((await report.locator('li').filter({ hasText: 'broken.md' }).locator('.meta').textContent()).length > 5, 'no reason was given');
});

test('a reading page leads home, keeps line ends, tables and code, and prints', async (t) => {
  const page = await open(t, browser, yinju.origin, { path: `/articles/${await idOf('蓄水池.md')}?quote=${encodeURIComponent(FACT)}`, colorScheme: 'dark' });
  await assertInView(page.locator('mark#cite'));
  const lines = await page.evaluate(() => {
    const range = document.createRange();
    const text = [...document.querySelectorAll('.reading section p')].find((p) => p.textContent.includes('动工')).lastChild;
    const top = (word) => { range.setStart(text, text.data.indexOf(word)); range.setEnd(text, text.data.indexOf(word) + 1); return range.getBoundingClientRect().top; };
    return [top('前年'), top('去年')];
  });
  assert.ok(lines[1] > lines[0], 'a line end was lost');
  for (const words of ['| 望江村 | 三十七 |', 'fill --all']) assert.match(await page.locator('pre').filter({ hasText: words }).evaluate((pre) => getComputedStyle(pre).fontFamily), /mono/);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  assert.ok(await page.locator('.masthead').isHidden());
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).color), 'rgb(31, 30, 27)', 'ink was meant to be dark on paper');
  await page.emulateMedia({ media: 'screen' });
  await page.getByRole('banner').getByRole('link', { name: '文章' }).click();
  await page.locator('.articles li').first().waitFor();
  await page.goBack();
  await page.getByRole('link', { name: '引据' }).click();
  await page.locator('.example').first().waitFor();
});

for (const locale of ['zh-CN', 'en-GB']) {
  test(`every example question is really answered, ${locale}`, async (t) => {
    model.text = FACT.replace('。', '[1]。');
    const page = await open(t, browser, yinju.origin, { locale });
    await page.locator('.example').first().waitFor();
    const questions = await page.locator('.example').allTextContents();
    assert.ok(questions.length >= 1 && questions.length <= 3);
    for (const question of questions) {
      await ask(page, question);
      const turn = await answered(page);
      assert.equal(await turn.locator('.answer.model').count(), 1, `“${question}” was not answered`);
      assert.ok(await turn.locator('.text .cite a').count() > 0, `“${question}” was answered without a citation`);
    }
  });
}

test('a model that is down is said below the sentences quoted instead, and can be tried again', async (t) => {
  const down = await startModel();
  const alone = await startYinju(['--model', 'm', '--model-url', down.url]);
  t.after(() => alone.stop());
  await down.stop();
  const page = await open(t, browser, alone.origin);
  await ask(page, '讯飞星火上线14小时用户突破多少？');
  const turn = await answered(page);
  assert.match(await turn.locator('.label').textContent(), /^摘录/);
  assert.match(await turn.locator('.text').textContent(), /100万/);
  assert.match(await turn.locator('.notice').textContent(), /模型没有作答/);
  assert.doesNotMatch(await turn.textContent(), /答案没有写完/);
  await turn.getByRole('button', { name: '重试' }).click();
  await answered(page);
});
