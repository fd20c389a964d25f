// Hostile articles and a hostile model through the real binary: nothing runs, nothing loads.

import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { answered, ask, assertInView, launch, open, startYinju } from './harness.mjs';
import { startModel } from './fakemodel.mjs';
import { HOSTILE } from './mock.mjs';

const FACT = '望江村的蓄水池一共建了三十七座。';

let browser;
let model;
let folder;
let yinju;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yinju-e2e-articles-'));
  await writeFile(join(folder, '<img src=x onerror=hacked=1>.md'),
    `---\ntitle: ${JSON.stringify(HOSTILE)}\nsource: ${JSON.stringify(HOSTILE)}\nurl: "javascript:window.hacked=1"\n---\n\n${HOSTILE}\n\n${FACT}${HOSTILE}\n\n[点](javascript:window.hacked=1) ![图](http://evil.example/x.png)\n`);
  // Among ordinary articles: with nothing beside it no word is rare.
  await cp(new URL('../../corpus/sample/', import.meta.url), folder, { recursive: true, filter: (path) => !/\.(?:go|jsonl)$/.test(path) });
  await writeFile(join(folder, 'broken.md'), Buffer.from([0x00, 0xff, 0xfe, 0x00, 0x81, 0x00, 0x00, 0xff]));
  [browser, model] = await Promise.all([launch(), startModel()]);
  yinju = await startYinju(['--articles', folder, '--model', 'fake-model', '--model-url', model.url]);
});
after(async () => {
  await browser?.close();
  await yinju?.stop();
  await model?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a model writes: labelled, cited, streamed, and its inventions are marked', async (t) => {
  model.text = '望江村的蓄水池一共建了三十七座[1]。另外还有八百二十六座水塔[1]。';
  const page = await open(t, browser, yinju.origin);
  await ask(page, '望江村的蓄水池一共建了多少座？');
  const turn = await answered(page);
  assert.match(await turn.locator('.label').textContent(), /由 AI 生成.*fake-model/);
  assert.ok(await turn.locator('.text .cite a').count() > 0);
  assert.match(await turn.textContent(), /原文未见|没能在所引原文中/);
  await turn.locator('.text .cite a').first().click();
  await assertInView(page.locator('#panel mark#cite'));
});

test('hostile title, text, file name and model answer run nothing', async (t) => {
  model.text = `望江村的蓄水池一共建了三十七座[1]。${HOSTILE} [点](javascript:window.hacked=1) ![](http://evil.example/y.png) <a href="http://evil.example/" onmouseover="window.hacked=1">x</a>`;
  const page = await open(t, browser, yinju.origin);
  await ask(page, '望江村的蓄水池一共建了多少座？');
  const turn = await answered(page);
  assert.equal(await turn.locator('img, script, svg, iframe, [onmouseover], [onerror], a[href^="javascript"]').count(), 0);
  await turn.locator('.sources a').first().click();
  await page.locator('#panel .reading').waitFor();
  assert.equal(await page.locator('#panel').locator('img, script, svg, iframe, a[href^="javascript"]').count(), 0);
  const full = await page.getByRole('link', { name: '单独打开' }).getAttribute('href');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: '文章', exact: true }).click();
  await page.locator('.articles li').nth(1).waitFor();
  await page.goto(yinju.origin + full);
  await page.locator('article.reading').waitFor();
});

test('a hostile question is only text', async (t) => {
  model.text = '没有。';
  const page = await open(t, browser, yinju.origin);
  await ask(page, `${HOSTILE} 望江村的蓄水池`);
  const turn = await answered(page);
  assert.ok((await turn.locator('.question').textContent()).includes('onerror'));
});

test('stop ends the call, and the answer can be asked again', async (t) => {
  model.text = '望江村的蓄水池一共建了三十七座[1]。'.repeat(60);
  model.pause = 40;
  t.after(() => { model.pause = 5; });
  const page = await open(t, browser, yinju.origin);
  await ask(page, '望江村的蓄水池一共建了多少座？');
  const turn = page.locator('.turn').last();
  await turn.locator('.text').getByText('望江村').first().waitFor();
  await page.getByRole('button', { name: '停止' }).click();
  await turn.getByText('已停止。').waitFor();
  model.text = '一共建了三十七座[1]。';
  await turn.getByRole('button', { name: '重试' }).click();
  await turn.locator('.label').getByText('由 AI 生成').waitFor();
});

test('a file that was left out is listed with its reason, and a new one comes in by reload', async (t) => {
  const page = await open(t, browser, yinju.origin, { path: '/#view=articles' });
  await page.locator('#articles-view').getByText('broken.md').waitFor();
  await writeFile(join(folder, 'new.md'), '# 新来的\n\n东岗的风车共有九台。\n');
  await page.getByRole('button', { name: '重新载入' }).click();
  await page.getByRole('heading', { name: '载入完成' }).waitFor();
  await page.locator('.articles').getByText('新来的').waitFor();
});
