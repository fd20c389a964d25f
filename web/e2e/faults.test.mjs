// The page against a server that misbehaves in every way a network allows.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answered, ask, assertInView, assertNoSidewaysScroll, launch, open, PHONE } from './harness.mjs';
import { HOSTILE, startMock } from './mock.mjs';

let browser;
let mock;
before(async () => { [browser, mock] = await Promise.all([launch(), startMock()]); });
after(async () => { await browser?.close(); await mock?.stop(); });

const NETWORK = /Failed to load resource|net::ERR/;

for (const question of ['default', 'crlf', 'bytes', 'nohtml']) {
  test(`a sound stream is shown whole: ${question}`, async (t) => {
    const page = await open(t, browser, mock.origin);
    await ask(page, question);
    const turn = await answered(page);
    assert.equal((await turn.locator('.text').textContent()).replace(/\d/g, ''), '蓄水总量为三千六百立方米。收集池共有十二座。');
    assert.equal(await turn.locator('.text strong').textContent(), '十二座');
    assert.equal(await turn.locator('.cite a').count(), 2);
    assert.match(await turn.locator('.label').textContent(), /摘录/);
  });
}

const FAULTS = {
  html500: /服务出错（500）/, html200: /看不懂/, json429: /提问太多。.*请过一分钟再试/, reset: /连不上服务/,
  cut: /连接中断/, broken: /看不懂/, upstream: /模型服务拒绝了密钥.*请检查 -model-key/,
};
for (const [question, words] of Object.entries(FAULTS)) {
  test(`a fault is told in words and can be retried: ${question}`, async (t) => {
    const page = await open(t, browser, mock.origin, { expected: NETWORK });
    await ask(page, question);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    assert.match(await alert.textContent(), words);
    const before = mock.asked.length;
    await alert.getByRole('button', { name: '重试' }).click();
    await page.getByRole('alert').waitFor();
    assert.ok(mock.asked.length > before); // a browser itself asks again when a kept connection is reset
    assert.equal(mock.asked.at(-1).question, question);
  });
}

test('what came before the cut stays readable', async (t) => {
  const page = await open(t, browser, mock.origin);
  await ask(page, 'cut');
  await page.getByRole('alert').waitFor();
  assert.match(await page.locator('.turn .text').textContent(), /写到一半/);
});

test('hostile text runs nowhere', async (t) => {
  const page = await open(t, browser, mock.origin, { refused: true, expected: /Content Security Policy directive 'default-src 'self''. Either the 'unsafe-inline'/ });
  await page.getByRole('button', { name: 'onerror' }).waitFor();
  await ask(page, 'hostile');
  const turn = await answered(page);
  assert.equal(await turn.locator('img, script, style, iframe, svg, [onclick], a[href^="javascript"]').count(), 0);
  await turn.locator('.sources a').first().hover();
  await turn.locator('.sources a').first().click();
  await page.locator('#panel .reading').waitFor();
  assert.match(await page.locator('#panel .reading').textContent(), /onerror/);
  await page.keyboard.press('Escape');
  await ask(page, 'hostileError');
  assert.ok((await page.getByRole('alert').textContent()).includes(HOSTILE));
  await page.locator('#reload').click();
  await page.getByRole('heading', { name: '载入完成' }).waitFor();
  assert.ok((await page.locator('#report').textContent()).includes(HOSTILE));
  await page.getByRole('link', { name: '文章', exact: true }).click();
  await page.locator('.articles li').nth(1).waitFor();
  await ask2(page);
});

/** A hostile question, deep link and kept conversation. */
async function ask2(page) {
  await page.evaluate((text) => { location.hash = `article=a2&start=${encodeURIComponent(text)}&quote=${encodeURIComponent(text)}`; }, HOSTILE);
  await page.locator('#panel .reading').waitFor();
  await page.evaluate((text) => sessionStorage.setItem('yinju.conversation', JSON.stringify({ draft: text, records: [{ question: text, state: 'failed', failure: { message: text, hint: text } }, null, { question: 1 }] })), HOSTILE);
}

test('a sentence without support is marked with what is missing', async (t) => {
  const page = await open(t, browser, mock.origin);
  await ask(page, 'weak');
  const turn = await answered(page);
  assert.equal((await turn.locator('.weak').allTextContents()).join(''), '收集池共有十二座。');
  assert.match(await turn.locator('.weak-note').textContent(), /十二座/);
  assert.match(await turn.locator('.label').textContent(), /由 AI 生成.·.test-model/);
});

test('a repaired citation says so, and leads to the exact place', async (t) => {
  const page = await open(t, browser, mock.origin);
  await ask(page, 'repaired');
  const turn = await answered(page);
  assert.deepEqual(await turn.locator('.repair-note').allTextContents(), ['出处是补上的', '出处已更正']);
  assert.equal(await turn.locator('.weak').count(), 0);
  const chip = turn.locator('.text .cite a').first();
  assert.match(await chip.getAttribute('href'), /start=2&end=5&quote=/);
  await chip.click();
  await page.locator('#panel .panel-tools').waitFor();
  assert.match(await page.locator('#panel .panel-tools').textContent(), /引文 1 \/ 2/);
});

test('an answer that was not finished says so and can be asked again', async (t) => {
  const page = await open(t, browser, mock.origin);
  await ask(page, 'incomplete');
  const turn = await answered(page);
  assert.match(await turn.textContent(), /答案没有写完/);
  await turn.getByRole('button', { name: '重试' }).click();
  await answered(page);
});

test('stop ends the request and keeps what was written; the question line does not move', async (t) => {
  const page = await open(t, browser, mock.origin);
  await ask(page, 'default');
  await answered(page);
  await ask(page, 'slow');
  const turn = page.locator('.turn').last();
  await turn.getByText('第3句').waitFor();
  await page.waitForTimeout(700); // until the smooth scroll has come to rest
  const before = await turn.locator('.question').boundingBox();
  await turn.getByText('第20句').waitFor();
  assert.deepEqual(await turn.locator('.question').boundingBox(), before);
  await page.locator('#question').fill('下一问');
  await page.locator('#question').press('Enter');
  assert.equal(await page.locator('#question').inputValue(), '下一问', 'a running answer must not be replaced');
  const aborted = mock.state.aborted;
  await page.getByRole('button', { name: '停止' }).click();
  await turn.getByText('已停止。').waitFor();
  assert.match(await turn.locator('.text').textContent(), /第20句/);
  await page.waitForTimeout(300);
  assert.equal(mock.state.aborted, aborted + 1, 'the server was not told');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'question');
});

test('while the articles are being indexed the page waits and goes on by itself', async (t) => {
  mock.state.generation = 0;
  t.after(() => { mock.state.generation = 1; });
  const page = await open(t, browser, mock.origin, { expected: NETWORK });
  await page.getByText('正在为文章建立索引').first().waitFor();
  assert.match(await page.locator('#indexing').textContent(), /计算向量.·.3 \/ 9/);
  await ask(page, 'default');
  await page.locator('.turn .label').getByText('正在为文章建立索引').waitFor();
  mock.state.generation = 1;
  const turn = await answered(page);
  assert.equal(await turn.locator('.cite a').count(), 2);
  assert.ok(await page.locator('#indexing').isHidden());
});

test('follow-ups carry the conversation, and a new one forgets it', async (t) => {
  const page = await open(t, browser, mock.origin);
  await ask(page, 'default');
  await answered(page);
  await ask(page, 'weak');
  await answered(page);
  assert.deepEqual(mock.asked.at(-1).history.map((m) => m.role), ['user', 'assistant']);
  assert.equal(mock.asked.at(-1).history[0].content, 'default');
  await page.reload();
  await page.locator('.turn').nth(1).waitFor();
  assert.equal(await page.locator('.turn .cite a').count(), 4, 'the conversation did not survive a reload');
  await page.getByRole('button', { name: '新对话' }).click();
  assert.equal(await page.locator('.turn').count(), 0);
  await ask(page, 'default');
  await answered(page);
  assert.deepEqual(mock.asked.at(-1).history, []);
});

test('a page that goes away while answering keeps what was written and says so', async (t) => {
  const page = await open(t, browser, mock.origin, { expected: NETWORK });
  await ask(page, 'slow');
  await page.getByText('第9句').waitFor();
  await page.reload();
  const turn = await answered(page);
  assert.match(await turn.locator('.text').textContent(), /第9句/);
  assert.match(await turn.locator('.notice').textContent(), /页面重新载入时答案还没有写完/);
  await turn.getByRole('button', { name: '重试' }).waitFor();
});

test('a reload that fails says why', async (t) => {
  mock.state.reloadFails = true;
  t.after(() => { mock.state.reloadFails = false; });
  const page = await open(t, browser, mock.origin, { expected: NETWORK });
  await page.locator('#reload').click();
  await page.getByRole('alert').waitFor();
  assert.match(await page.locator('#report').textContent(), /文件夹读不到。.*请检查 -articles/);
});

test('previous and next go through an answer’s citations; back leaves the panel at once', async (t) => {
  const page = await open(t, browser, mock.origin);
  await ask(page, 'default');
  const turn = await answered(page);
  await turn.locator('.cite a').first().click();
  await assertInView(page.locator('#panel mark#cite'));
  await page.getByRole('link', { name: '下一处' }).click();
  await page.getByText('引文 2 / 2').waitFor();
  assert.equal(await page.locator('#panel mark#cite').textContent(), '雨水收集池建于山坡下，共有十二座。');
  const link = page.url();
  await page.goBack();
  await page.locator('#panel').waitFor({ state: 'hidden' });
  await page.goto('about:blank').catch(() => {});
  await page.goto(link);
  await assertInView(page.locator('#panel mark#cite'));
});

test('what the server has to say of an answer stands below it, once, beside no words of ours', async (t) => {
  const page = await open(t, browser, mock.origin);
  const shown = async (question) => {
    await ask(page, question);
    const turn = await answered(page);
    assert.equal(await turn.locator('.text + .after > :is(.notice, .meta)').count(), 1);
    return turn.textContent();
  };
  assert.equal((await shown('notice')).split('向量服务没有回应，只按词查找。').length, 2);
  const excerpts = await shown('excerpts');
  assert.match(excerpts, /摘录.*These are sentences quoted/);
  assert.doesNotMatch(excerpts, /未用模型/);
  const fallback = await shown('fallback');
  assert.match(fallback, /模型没有作答，改为摘录。重试/);
  assert.doesNotMatch(fallback, /答案没有写完/);
});

test('words that never end stay in a narrow window', async (t) => {
  const page = await open(t, browser, mock.origin, { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true });
  await ask(page, `long`);
  await page.locator('.text').getByText('abcdefghij').first().waitFor();
  await assertNoSidewaysScroll(page);
  await answered(page);
  await assertNoSidewaysScroll(page);
  await ask(page, 'x'.repeat(1500));
  const turn = await answered(page);
  await assertNoSidewaysScroll(page);
  await turn.locator('.text .cite a').first().focus();
  await assertNoSidewaysScroll(page);
  await page.goto(`${mock.origin}/#view=articles`);
  await page.locator('.articles li').first().waitFor();
  await page.locator('#reload').click();
  await page.locator('#report .close').waitFor();
  await assertNoSidewaysScroll(page);
});

for (const width of [320, 360, 768, 1280, 3840]) {
  test(`nothing scrolls sideways at ${width} pixels`, async (t) => {
    const page = await open(t, browser, mock.origin, { viewport: { width, height: 800 }, locale: width % 3 ? 'en-US' : 'zh-CN' });
    await assertNoSidewaysScroll(page);
    await ask(page, 'weak');
    const turn = await answered(page);
    await assertNoSidewaysScroll(page);
    await turn.locator('.cite a').first().click();
    await assertInView(page.locator('#panel mark#cite'));
    await assertNoSidewaysScroll(page);
    await page.keyboard.press('Escape');
    await page.goto(`${mock.origin}/#view=articles`);
    await page.locator('.articles li').first().waitFor();
    await assertNoSidewaysScroll(page);
  });
}

test('on a phone the panel covers the page and gives it back', async (t) => {
  const page = await open(t, browser, mock.origin, { viewport: PHONE, hasTouch: true, isMobile: true });
  await ask(page, 'default');
  const turn = await answered(page);
  await turn.locator('.cite a').first().tap();
  await assertInView(page.locator('#panel mark#cite'));
  const box = await page.locator('#panel').boundingBox();
  assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, PHONE.width, PHONE.height]);
  assert.ok(await page.evaluate(() => document.getElementById('main').inert));
  await page.getByRole('button', { name: '关闭' }).tap();
  await page.locator('#panel').waitFor({ state: 'hidden' });
  assert.ok(!await page.evaluate(() => document.getElementById('main').inert));
});

test('copy puts the answer and its sources on the clipboard', async (t) => {
  const page = await open(t, browser, mock.origin, { permissions: ['clipboard-read', 'clipboard-write'] });
  await ask(page, 'default');
  const turn = await answered(page);
  await turn.getByRole('button', { name: '复制' }).click();
  await turn.getByText('已复制').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /三千六百立方米\[1\][^]*\n\[1\] 蓄水池的一年、山村日记、2025-03-02\n\[2\] /);
});

test('the finished answer is told to screen readers, and landmarks have names', async (t) => {
  const page = await open(t, browser, mock.origin);
  await ask(page, 'default');
  await answered(page);
  await page.locator('#live').getByText('回答：蓄水总量').waitFor({ state: 'attached' });
  for (const role of ['banner', 'navigation', 'main', 'contentinfo']) await page.getByRole(role).waitFor();
  await page.getByRole('form', { name: '提问' }).waitFor();
  await page.locator('.cite a').first().click();
  await page.getByRole('complementary', { name: '原文' }).waitFor();
});

test('nothing shifts while an answer streams', async (t) => {
  const page = await open(t, browser, mock.origin);
  await page.evaluate(() => {
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries().filter((e) => !e.hadRecentInput).map((e) => e.value))).observe({ type: 'layout-shift', buffered: true });
  });
  await ask(page, 'slow');
  await page.getByText('第30句').waitFor();
  assert.deepEqual(await page.evaluate(() => window.shifts), []);
});
