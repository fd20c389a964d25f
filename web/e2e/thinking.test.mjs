// What a model thinks before it answers: folded away, and never the answer.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answered, ask, launch, open } from './harness.mjs';
import { startMock } from './mock.mjs';

let browser;
let mock;
before(async () => { [browser, mock] = await Promise.all([launch(), startMock()]); });
after(async () => { await browser?.close(); await mock?.stop(); });

for (const [locale, during, done] of [['zh-CN', /^思考中… \d+ 秒$/, /^思考了 \d+ 秒$/], ['en', /^Thinking… \d+ s$/, /^Thought for \d+ s$/]]) {
  test(`thinking is counted while it lasts and can be unfolded: ${locale}`, async (t) => {
    const page = await open(t, browser, mock.origin, { locale });
    await ask(page, 'thinks');
    const thinking = page.locator('.thinking');
    await thinking.waitFor();
    assert.match(await thinking.locator('summary').textContent(), during);
    assert.equal(await thinking.getAttribute('open'), null, 'closed by default');
    assert.equal(await page.locator('.turn .text').textContent(), '', 'no answer yet');
    const turn = await answered(page);
    assert.match(await thinking.locator('summary').textContent(), done);
    assert.doesNotMatch(await turn.locator('.text').textContent(), /读者问/);
    assert.equal(await thinking.locator('a, img, script').count(), 0, 'plain text');
    await thinking.locator('summary').click();
    assert.match(await thinking.locator('.thoughts').textContent(), /读者问的是总量，\n见\[2\]。</);
    await page.reload();
    assert.match(await page.locator('.thinking summary').textContent(), done, 'it survives a reload of the tab');
  });
}

test('what was taken for the answer and was thinking is taken back', async (t) => {
  const page = await open(t, browser, mock.origin);
  await ask(page, 'rethinks');
  const turn = await answered(page);
  assert.equal(await turn.locator('.text').textContent(), '总量为三千六百立方米');
  assert.match(await turn.locator('.thoughts').textContent(), /先想一想/);
});

test('an answer without thinking shows no place for it', async (t) => {
  const page = await open(t, browser, mock.origin);
  await ask(page, 'default');
  const turn = await answered(page);
  assert.equal(await turn.locator('.thinking').isVisible(), false);
});
