// The product as a reader meets it: the real binary with its bundled articles.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answered, ask, assertInView, assertNoSidewaysScroll, launch, open, PHONE, startYinju } from './harness.mjs';

const QUESTION = '讯飞星火上线14小时用户突破多少？';

let browser;
let yinju;
before(async () => { [browser, yinju] = await Promise.all([launch(), startYinju()]); });
after(async () => { await browser?.close(); await yinju?.stop(); });

/** Clicks the first citation and checks that its sentence stands highlighted in its article. */
async function assertCitationOpens(page, turn) {
  const quote = (await turn.locator('.sources .quote').first().textContent()).replace(/\s/g, '');
  const title = await turn.locator('.sources .source-title').first().textContent();
  await turn.locator('.text .cite a').first().click();
  const mark = page.locator('#panel mark#cite');
  await assertInView(mark);
  const marked = (await page.locator('#panel mark').allTextContents()).join('').replace(/\s/g, '');
  assert.equal(marked, quote);
  assert.equal(await page.locator('#panel .panel-title').textContent(), title);
}

test('a question is answered while one looks, and its citation opens the sentence', async (t) => {
  const page = await open(t, browser, yinju.origin);
  await page.locator('#question').pressSequentially(QUESTION);
  await page.locator('#question').press('Enter');
  const turn = await answered(page);
  assert.match(await turn.locator('.text').textContent(), /100万|一百万/);
  assert.match(await turn.locator('.label').textContent(), /摘录/);
  assert.equal(await page.locator('#question').inputValue(), '');
  await assertCitationOpens(page, turn);
  await page.keyboard.press('Escape');
  await page.locator('#panel').waitFor({ state: 'hidden' });
  assert.ok(await page.evaluate(() => document.activeElement.matches('.cite a')), 'the focus did not return to the chip');
});

test('each source says why it was found, and so do the closest passages', async (t) => {
  const page = await open(t, browser, yinju.origin);
  await ask(page, `2023年，“讯飞星火”上线14小时用户突破多少？`);
  const turn = await answered(page);
  const all = turn.locator('.sources li > .why');
  assert.equal(await all.count(), await turn.locator('.sources > :is(ol, ul) > li').count());
  const first = all.first();
  assert.ok(await first.locator('ul').first().isHidden());
  await first.locator('summary').focus();
  await page.keyboard.press('Enter');
  const said = (await first.locator('ul').first().innerText()).split('\n');
  assert.match(said[0], /^综合排序：第 \d+ 位$/);
  assert.match(said[1], /^按词排序：第 \d+ 位$/);
  assert.match(said[2], /^按向量排序：(?:第 \d+ 位|不在其中)$/);
  assert.ok(said.includes('含有引号里的原话'), said.join());
  assert.ok(said.some((words) => words.includes('2023')), said.join());
  const weights = (await first.locator('.terms .meta').allTextContents()).map(Number);
  assert.ok(weights.length > 2 && weights.every((weight, i) => weight > 0 && (i === 0 || weight <= weights[i - 1])), String(weights));
  assert.ok((await first.locator('.terms').textContent()).includes('星火'));
  await assertNoSidewaysScroll(page);
  await ask(page, '深圳地铁早上几点开门？');
  const refused = await answered(page);
  assert.equal(await refused.locator('.why').count(), await refused.locator('.sources > ul > li').count());
  assert.ok(await refused.locator('.why').count() > 0);
});

test('the answer is streamed: text and chips stand before it is done', async (t) => {
  const page = await open(t, browser, yinju.origin);
  await page.evaluate(() => {
    window.kinds = [];
    const read = TextDecoder.prototype.decode;
    TextDecoder.prototype.decode = function decode(...args) {
      const text = read.apply(this, args);
      window.kinds.push(...[...text.matchAll(/^event: (\w+)/gm)].map((m) => m[1]));
      return text;
    };
  });
  await ask(page, QUESTION);
  await answered(page);
  const kinds = await page.evaluate(() => window.kinds);
  assert.equal(kinds[0], 'passages');
  assert.ok(kinds.filter((kind) => kind === 'delta').length >= 1);
  assert.equal(kinds.at(-1), 'done');
});

test('a chip tells title and sentence on hover and on focus, and Escape takes it away', async (t) => {
  const page = await open(t, browser, yinju.origin);
  await ask(page, QUESTION);
  const turn = await answered(page);
  const chip = turn.locator('.text .cite a').first();
  await chip.hover();
  await assertInView(page.getByRole('tooltip'));
  assert.equal(await page.locator('#tip blockquote').textContent(), await turn.locator('.sources .quote').first().textContent());
  await page.keyboard.press('Escape');
  assert.ok(await page.locator('#tip').isHidden());
  await page.mouse.move(0, 0);
  await page.keyboard.press('Shift+Tab');
  await chip.focus();
  await page.getByRole('tooltip').waitFor();
});

test('the next citation can be clicked after Escape has closed the panel', async (t) => {
  const page = await open(t, browser, yinju.origin);
  await ask(page, '腾讯混元支持了多少内部业务？');
  const turn = await answered(page);
  const chips = turn.locator('.text .cite a');
  const count = await chips.count();
  assert.ok(count >= 2, 'the answer has citations one below the other');
  for (let i = 0; i < count; i++) {
    await chips.nth(i).click({ timeout: 5000 });
    await assertInView(page.locator('#panel mark').first());
    await page.keyboard.press('Escape');
    await page.locator('#panel').waitFor({ state: 'hidden' });
    assert.ok(await page.locator('#tip').isHidden(), 'no tooltip lies over what comes next');
  }
});

test('a date of publication narrows the search, and a click takes it away', async (t) => {
  const page = await open(t, browser, yinju.origin);
  await ask(page, '2023年9月的报道里，混元有多少业务接入？');
  const turn = await answered(page);
  assert.match(await turn.locator('.text').textContent(), /50多个业务/);
  const chip = turn.locator('.label .narrowed');
  assert.match(await chip.textContent(), /2023-09/);
  await chip.click();
  await chip.waitFor({ state: 'detached' });
  await answered(page);
  assert.match(await turn.locator('.text').textContent(), /50多个业务/);
});

test('what the articles do not say is refused, with the closest passages', async (t) => {
  const page = await open(t, browser, yinju.origin);
  await ask(page, '深圳地铁早上几点开门？');
  const turn = await answered(page);
  assert.match(await turn.locator('.label').textContent(), /没有找到依据/);
  assert.equal(await turn.locator('.text .cite').count(), 0);
  const closest = turn.locator('.sources a');
  if (await closest.count() > 0) {
    await closest.first().click();
    await assertInView(page.locator('#panel mark#cite'));
  }
});

test('Enter within a composition never sends', async (t) => {
  const page = await open(t, browser, yinju.origin);
  const asked = [];
  page.on('request', (request) => { if (request.url().endsWith('/ask')) asked.push(request.postDataJSON()); });
  const box = page.locator('#question');
  await box.focus();
  const ime = await page.context().newCDPSession(page);
  await ime.send('Input.imeSetComposition', { text: 'xun fei', selectionStart: 7, selectionEnd: 7 });
  await ime.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13 });
  await ime.send('Input.dispatchKeyEvent', { type: 'keyUp', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13 });
  await ime.send('Input.imeSetComposition', { text: '讯飞', selectionStart: 2, selectionEnd: 2 });
  await ime.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Process', code: 'Enter', windowsVirtualKeyCode: 229 });
  await ime.send('Input.insertText', { text: '讯飞' });
  // Safari: the composition ends first, then comes the key that ended it.
  await box.evaluate((element) => {
    element.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
    element.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
    element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 13, bubbles: true, cancelable: true }));
    element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }));
    element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 13, isComposing: true, bubbles: true, cancelable: true }));
  });
  assert.deepEqual(asked, []);
  assert.equal(await page.locator('.turn').count(), 0);
  await box.fill(QUESTION);
  await box.press('Enter');
  await answered(page);
  assert.equal(asked.length, 1);
  assert.equal(asked[0].question, QUESTION);
});

test('Shift+Enter breaks the line, and the box grows', async (t) => {
  const page = await open(t, browser, yinju.origin);
  const box = page.locator('#question');
  const before = (await box.boundingBox()).height;
  await box.pressSequentially('第一行');
  await box.press('Shift+Enter');
  await box.pressSequentially('第二行');
  assert.equal(await box.inputValue(), '第一行\n第二行');
  assert.ok((await box.boundingBox()).height > before + 10);
  assert.equal(await page.locator('.turn').count(), 0);
});

test('an empty question is not sent', async (t) => {
  const page = await open(t, browser, yinju.origin);
  await page.locator('#question').fill('  \n ');
  await page.locator('#question').press('Enter');
  assert.ok(await page.locator('#send').isDisabled());
  assert.equal(await page.locator('.turn').count(), 0);
});

test('an example question is a click away from its answer', async (t) => {
  const page = await open(t, browser, yinju.origin);
  const example = page.locator('.example').first();
  const question = await example.textContent();
  await example.click();
  const turn = await answered(page);
  assert.equal(await turn.locator('.question').textContent(), question);
  assert.ok(await turn.locator('.text .cite a').count() > 0, `“${question}” was not answered`);
});

test('the status line counts what is there', async (t) => {
  const page = await open(t, browser, yinju.origin);
  const { articles, passages, generation } = await fetch(`${yinju.origin}/reload`).then((r) => r.json());
  await page.getByText(`${articles} 篇文章`).waitFor();
  const words = await page.locator('#status').textContent();
  assert.ok(articles >= 12 && words.includes(`${passages} 段`) && words.includes(`第 ${generation} 代`), words);
});

test('articles can be looked through, searched and read; back closes the panel', async (t) => {
  const page = await open(t, browser, yinju.origin);
  await page.getByRole('link', { name: '文章', exact: true }).click();
  await page.locator('.articles li').nth(11).waitFor();
  await page.getByRole('searchbox').fill('讯飞');
  await page.waitForFunction(() => [...document.querySelectorAll('.articles li')].every((li) => li.textContent.includes('讯飞')));
  assert.match(await page.locator('.articles li').first().textContent(), /UTF-8/);
  await page.getByRole('searchbox').fill('没有这样的文章');
  await page.getByText('没有符合的文章。').waitFor();
  await page.getByRole('searchbox').fill('');
  await page.locator('.articles li a').first().click();
  await page.locator('#panel .reading h2').first().waitFor();
  await page.goBack();
  await page.locator('#panel').waitFor({ state: 'hidden' });
  assert.ok(await page.locator('#articles-view').isVisible());
  await page.goBack();
  await page.locator('#ask-view').waitFor();
});

test('reload reports what it did', async (t) => {
  const page = await open(t, browser, yinju.origin);
  await page.getByRole('button', { name: '重新载入' }).click();
  await page.getByRole('heading', { name: '载入完成' }).waitFor();
  assert.match(await page.locator('#report').textContent(), /没有变化.*未变 \d+ 篇/);
  await page.locator('#report').getByRole('button', { name: '关闭' }).click();
  assert.ok(await page.locator('#report').isHidden());
  assert.match(await page.locator('#report .advice').textContent(), /yinju -embed-model/, 'the built-in vectors say what would be better');
});

test('the reading page of its own shows the sentence, too', async (t) => {
  const page = await open(t, browser, yinju.origin);
  await ask(page, QUESTION);
  const turn = await answered(page);
  await turn.locator('.text .cite a').first().click();
  const href = await page.getByRole('link', { name: '单独打开' }).getAttribute('href');
  await page.goto(yinju.origin + href);
  await assertInView(page.locator('mark#cite'));
  await assertNoSidewaysScroll(page);
});

test('an article that does not exist is told in words', async (t) => {
  const page = await open(t, browser, yinju.origin, { path: '/#article=0000000000000000&start=1&end=5', expected: /404/ });
  await page.locator('#panel .reading').getByText('没有这篇文章').first().waitFor();
});

test('the page speaks English to an English browser', async (t) => {
  const page = await open(t, browser, yinju.origin, { locale: 'en-GB' });
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  await page.getByRole('textbox', { name: 'Question' }).fill('How many large models had China released by the end of July 2023?');
  await page.getByRole('button', { name: 'Send' }).click();
  const turn = await answered(page);
  assert.match(await turn.locator('.label').textContent(), /Excerpts/);
  assert.doesNotMatch(await page.evaluate(() => {
    const own = document.body.cloneNode(true);
    for (const element of own.querySelectorAll('.question, .text, .sources li, .examples, noscript, #live, #tip')) element.remove();
    return own.textContent;
  }), /\p{Script=Han}/u);
});

test('on a phone: ask, read, cite', async (t) => {
  const page = await open(t, browser, yinju.origin, { viewport: PHONE, isMobile: true, hasTouch: true });
  await assertNoSidewaysScroll(page);
  await ask(page, QUESTION);
  const turn = await answered(page);
  await assertNoSidewaysScroll(page);
  await assertCitationOpens(page, turn);
});

test('the keyboard alone does it all', async (t) => {
  const page = await open(t, browser, yinju.origin);
  await page.locator('.brand').focus();
  await page.keyboard.press('Shift+Tab');
  assert.ok(await page.evaluate(() => document.activeElement.matches('.skip')));
  await page.keyboard.press('Enter');
  await page.keyboard.type(QUESTION);
  await page.keyboard.press('Enter');
  const turn = await answered(page);
  const tabTo = async (selector, key) => {
    for (let i = 0; i < 60; i++) {
      if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return;
      await page.keyboard.press(key);
    }
    assert.fail(`${selector} cannot be reached by ${key}`);
  };
  await tabTo('.text .cite a', 'Shift+Tab');
  await page.getByRole('tooltip').waitFor();
  await page.keyboard.press('Enter');
  await assertInView(page.locator('#panel mark#cite'));
  await tabTo('#panel button', 'Tab');
  await page.keyboard.press('Enter');
  await page.locator('#panel').waitFor({ state: 'hidden' });
  assert.ok(await page.evaluate(() => document.activeElement.matches('.text .cite a')));
  await turn.waitFor();
});

test('in the dark, colours change and contrast stays', async (t) => {
  const page = await open(t, browser, yinju.origin, { colorScheme: 'dark' });
  await ask(page, QUESTION);
  const turn = await answered(page);
  await turn.locator('.text .cite a').first().click();
  await page.locator('#panel mark#cite').waitFor();
  assert.deepEqual(await page.evaluate(faintTexts), []);
});

test('in the light, contrast is enough', async (t) => {
  const page = await open(t, browser, yinju.origin);
  await ask(page, QUESTION);
  const turn = await answered(page);
  await turn.locator('.text .cite a').first().click();
  await page.locator('#panel mark#cite').waitFor();
  assert.deepEqual(await page.evaluate(faintTexts), []);
});

/** Texts with less contrast than WCAG AA wants (4.5 : 1), disabled controls left out. Runs in the page. */
function faintTexts() {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = channels(getComputedStyle(e).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === '' || !element.checkVisibility() || element.closest(':disabled, noscript, .hidden, .skip')) continue;
    let opacity = 1;
    for (let e = element; e; e = e.parentElement) opacity *= Number(getComputedStyle(e).opacity);
    const back = ground(element);
    const front = channels(getComputedStyle(element).color).slice(0, 3).map((v, i) => v * opacity + back[i] * (1 - opacity));
    const [low, high] = [luminance(front), luminance(back)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${element.className || element.localName}: ${node.data.trim().slice(0, 20)}`);
  }
  return faint;
}
