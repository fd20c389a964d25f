// A passage that stands in several articles is shown once, and leads to each of them.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { answered, ask, assertInView, assertNoSidewaysScroll, launch, open, PHONE, startYinju } from './harness.mjs';

const TEXT = '山坡下的雨水收集池今年春天全部完工，一共十二座。每座可储水三百立方米，旱季够全村用四十天。管护由村里的老人轮流负责，每人每月领取补贴600元。';
const FILES = {
  'a.md': `---\ntitle: 蓄水池完工\nsource: 山村日报\ndate: 2025-03-01\n---\n\n${TEXT}\n`,
  'b.md': `---\ntitle: 村里不再缺水\nsource: 县报\ndate: 2025-03-03\n---\n\n本报讯　${TEXT}\n\n（责任编辑：李某）\n`,
};

let browser;
let yinju;
let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yinju-e2e-also-'));
  await Promise.all(Object.entries(FILES).map(([name, text]) => writeFile(join(folder, name), text)));
  [browser, yinju] = await Promise.all([launch(), startYinju(['--articles', folder])]);
});
after(async () => {
  await browser?.close();
  await yinju?.stop();
  await rm(folder, { recursive: true, force: true });
});

for (const [locale, words] of [['zh-CN', '另见于 1 篇文章'], ['en-GB', 'Also in 1 article']]) {
  test(`the other article is named under the source and opens at the sentence (${locale})`, async (t) => {
    const page = await open(t, browser, yinju.origin, { locale, viewport: locale === 'en-GB' ? PHONE : undefined });
    await ask(page, '雨水收集池一共多少座？');
    const turn = await answered(page);
    const also = turn.locator('.sources .also').first();
    assert.ok((await also.locator('summary').textContent()).startsWith(words));
    await also.locator('summary').click();
    await assertNoSidewaysScroll(page);
    const link = also.locator('a');
    const title = await link.textContent();
    assert.notEqual(title, await turn.locator('.sources .source-title').first().textContent());
    assert.equal((await turn.locator('.text').textContent()).split('十二座').length, 2, 'the fact is not said once');
    await link.click();
    await assertInView(page.locator('#panel mark').first());
    assert.match((await page.locator('#panel mark').allTextContents()).join(''), /十二座/);
    assert.equal(await page.locator('#panel .panel-title').textContent(), title);
  });
}
