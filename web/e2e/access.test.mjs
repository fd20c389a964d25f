// What a machine can tell of accessibility (axe-core), in every state of the page,
// light and dark.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { answered, ask, launch, open, PHONE, startYinju } from './harness.mjs';
import { startMock } from './mock.mjs';

const AXE = await readFile(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

let browser;
let yinju;
let mock;
before(async () => { [browser, yinju, mock] = await Promise.all([launch(), startYinju(), startMock()]); });
after(async () => { await browser?.close(); await yinju?.stop(); await mock?.stop(); });

async function assertAccessible(page, state) {
  await page.evaluate(AXE);
  const bad = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`);
  });
  assert.deepEqual(bad, [], state);
}

for (const colorScheme of ['light', 'dark']) {
  test(`no serious fault in any state, ${colorScheme}`, async (t) => {
    const page = await open(t, browser, yinju.origin, { colorScheme });
    await page.locator('.example').first().waitFor();
    await assertAccessible(page, 'empty');
    await ask(page, '讯飞星火上线14小时用户突破多少？');
    let turn = await answered(page);
    await assertAccessible(page, 'answered');
    await turn.locator('.why summary').first().click();
    await assertAccessible(page, 'why this passage');
    await turn.locator('.text .cite a').first().hover();
    await page.getByRole('tooltip').waitFor();
    await assertAccessible(page, 'tooltip');
    await turn.locator('.text .cite a').first().click();
    await page.locator('#panel mark#cite').waitFor();
    await assertAccessible(page, 'panel');
    const full = await page.getByRole('link', { name: '单独打开' }).getAttribute('href');
    await page.keyboard.press('Escape');
    await ask(page, '深圳地铁早上几点开门？');
    turn = await answered(page);
    await assertAccessible(page, 'refused');
    await page.locator('#reload').click();
    await page.locator('#report .close').waitFor();
    await page.locator('#nav-articles').click();
    await page.locator('.articles li').first().waitFor();
    await assertAccessible(page, 'articles and report');
    await page.goto(yinju.origin + full);
    await page.locator('mark#cite').waitFor();
    await assertAccessible(page, 'reading page');
  });

  test(`no serious fault in states of trouble, ${colorScheme}`, async (t) => {
    const page = await open(t, browser, mock.origin, { colorScheme, viewport: PHONE, locale: 'en-GB', expected: /Failed to load resource/ });
    await ask(page, 'slow');
    await page.getByText('第3句').waitFor();
    await assertAccessible(page, 'streaming');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped.').waitFor();
    await ask(page, 'weak');
    await answered(page);
    await ask(page, 'long');
    const long = await answered(page);
    await assertAccessible(page, 'tables and code wider than the page');
    await long.locator('pre[tabindex="0"]').waitFor();
    await ask(page, 'json429');
    await page.getByRole('alert').waitFor();
    await assertAccessible(page, 'stopped, unsupported and failed');
    await page.locator('.turn .text .cite a').first().click();
    await page.locator('#panel mark#cite').waitFor();
    await assertAccessible(page, 'panel over the page');
  });
}
