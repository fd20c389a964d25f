// A model that lies, errs and writes as it likes: what the page shows and what POST /ask
// returns, streamed and whole, is the truth in each case, and the same.

import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { answered, ask, assertInView, launch, open, startYinju } from './harness.mjs';
import { inPieces, startModel } from './fakemodel.mjs';

const QUESTION = '望江村的蓄水池一共建了多少座？';
const ARTICLES = {
  A: ['望江村的蓄水池', '望江村的蓄水池一共建了三十七座。最大的一座能蓄水1200立方米。工程由周远负责，2021年5月完工。'],
  B: ['东岗的风车', '望江村东岗的风车共有九台。每台风车的功率是850千瓦，由长河机电公司建造。'],
  C: ['望江村小学', '望江村小学有学生214名，教师十八名。校长叫林若溪。'],
};

let browser;
let model;
let folder;
let marking;
let dropping;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yinju-e2e-truth-'));
  await cp(new URL('../../corpus/sample/', import.meta.url), folder, { recursive: true, filter: (path) => !/\.(?:go|jsonl)$/.test(path) });
  for (const [title, text] of Object.values(ARTICLES)) await writeFile(join(folder, `${title}.md`), `# ${title}\n\n${text}\n`);
  [browser, model] = await Promise.all([launch(), startModel()]);
  model.pause = 0;
  const settings = ['--articles', folder, '--model', 'fake-model', '--model-url', model.url, '--watch=false'];
  [marking, dropping] = await Promise.all([startYinju(settings), startYinju([...settings, '--unsupported', 'drop'])]);
});
after(async () => {
  await browser?.close();
  await Promise.all([marking?.stop(), dropping?.stop(), model?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

/** The numbers under which a prompt shows the passages of our articles: {A, B, C, count}. */
function numbersIn(prompt) {
  const numbers = { count: 0 };
  for (const [, n, title] of prompt.matchAll(/<passage number="(\d+)" title="([^" ]+)/g)) {
    numbers.count = Number(n);
    for (const [name, [own]] of Object.entries(ARTICLES)) if (title === own) numbers[name] = Number(n);
  }
  return numbers;
}

/** Lets the model say words, in which {A} is the number of passage A; returns these numbers once it was asked. */
function says(words, split = inPieces) {
  const numbers = {};
  model.reply = (prompt) => {
    Object.assign(numbers, numbersIn(prompt));
    const fill = (text) => text.replace(/\{(\w+)([+-]\d+)?\}/g, (_, name, more) => numbers[name] + Number(more ?? 0));
    return [words].flat().flatMap((piece) => {
      if (typeof piece === 'string') return split(fill(piece));
      return piece.reasoning_content ? [{ reasoning_content: fill(piece.reasoning_content) }] : [piece];
    });
  };
  return numbers;
}

async function post(origin, body) {
  const response = await fetch(`${origin}/ask`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  assert.equal(response.status, 200);
  return response;
}

/** The events of an answer, as [kind, data]. */
async function streamed(origin, question, more) {
  const text = await (await post(origin, { question, stream: true, ...more })).text();
  return [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, kind, data]) => [kind, JSON.parse(data)]);
}

const withoutTimes = ({ stats, ...answer }) => ({ ...answer, stats: Object.fromEntries(Object.entries(stats).filter(([key]) => !key.endsWith('_ms'))) });

/** Asks over HTTP in both ways and asserts all that must hold of any answer; {answer, deltas, events}. */
async function fetched(origin, question = QUESTION, more = {}) {
  const whole = withoutTimes(await (await post(origin, { question, ...more })).json());
  const events = await streamed(origin, question, more);
  const standing = events.slice(events.findLastIndex(([kind]) => kind === 'restart') + 1);
  const of = (wanted) => (wanted === 'passages' ? events : standing).filter(([kind]) => kind === wanted).map(([, data]) => data);
  assert.deepEqual(withoutTimes(of('done')[0]), whole, 'streamed and whole differ');
  assert.equal(events.at(-1)[0], 'done');
  const passages = of('passages')[0]?.passages ?? [];
  assertStream(events, passages.length);
  if (whole.mode === 'model') {
    assert.deepEqual(of('sentence').map(({ text }) => text), whole.sentences.map(({ text }) => text));
    for (const [i, told] of of('sentence').entries()) assert.deepEqual([told.support, told.missing, told.citations], [whole.sentences[i].support, whole.sentences[i].missing, whole.sentences[i].citations], told.text);
  }
  await assertCitations(origin, whole, passages);
  return { answer: whole, events, deltas: of('delta').map(({ text }) => text) };
}

/** Nothing half is on the wire, nothing in a model's own brackets, and no citation of a passage not shown. */
function assertStream(events, shown) {
  let text = '';
  for (const [kind, data] of events) {
    if (kind === 'restart') text = '';
    if (kind !== 'delta') continue;
    text += data.text;
    assert.doesNotMatch(text, /(?<!\\)\[\d*$|[【［〔†]|\^|<\/(?:think|sup)>|source/, 'a piece of a marker was sent');
    for (const [, n] of text.replace(/`[^`]*`?/g, '').matchAll(/(?<!\\)\[(\d{1,3})\]/g)) assert.ok(Number(n) >= 1 && Number(n) <= shown, `[${n}] of ${shown}`);
  }
}

/** The citations are those of the text and of its sentences, and cut out what they quote. */
async function assertCitations(origin, answer, passages) {
  const numbers = answer.citations.map(({ number }) => number);
  const inText = [...new Set([...answer.answer.replace(/`[^`]*`/g, '').matchAll(/(?<!\\)\[(\d{1,3})\]/g)].map(([, n]) => Number(n)))].sort((a, b) => a - b);
  assert.deepEqual(inText, numbers);
  assert.deepEqual([...new Set(answer.sentences.flatMap((s) => s.citations))].sort((a, b) => a - b), numbers);
  for (const citation of answer.citations) {
    if (answer.mode === 'model') assert.equal(citation.passage_id, passages[citation.number - 1].passage_id);
    const article = await (await fetch(`${origin}/articles/${citation.article_id}`, { headers: { Accept: 'application/json' } })).json();
    const letters = [...article.text];
    const spans = answer.sentences.flatMap((s) => s.spans).filter((span) => span.citation === citation.number);
    for (const { start, end, quote } of [citation, ...spans]) assert.equal(letters.slice(start, end).join(''), quote);
  }
}

const lettersOf = (text) => text.replace(/[\s*_`#>~|\\-]/g, '');

/** What the page shows: words, sources, chips with where they lead, marks and notes. */
async function shownIn(turn) {
  return turn.evaluate((element) => {
    const text = element.querySelector('.text').cloneNode(true);
    for (const extra of text.querySelectorAll('.cite, .weak-note, .repair-note')) extra.remove();
    const all = (selector, of = (e) => e.textContent) => [...element.querySelectorAll(selector)].map(of);
    return {
      words: text.textContent,
      weak: all('.text .weak').join(''),
      notes: all('.text .weak-note'),
      repairs: all('.text .repair-note', (e) => e.dataset.repaired),
      chips: all('.text .cite a', (e) => [Number(e.dataset.n), e.getAttribute('href')]),
      bare: all('.text .cite:not(:has(a))'),
      sources: all('.sources ol .number', (e) => Number(e.textContent)),
      quotes: all('.sources ol .quote'),
      label: element.querySelector('.label').textContent,
      after: element.querySelector('.after').textContent,
    };
  });
}

/** Asks on the page and asserts that it shows the answer; {page, turn, shown}. */
async function pageShows(t, origin, answer, { question = QUESTION, locale, ...more } = {}) {
  const page = await open(t, browser, origin, { ...(locale && { locale }), ...more });
  await ask(page, question);
  const turn = await answered(page);
  const shown = await shownIn(turn);
  assert.equal(lettersOf(shown.words), lettersOf(answer.sentences.map(({ text }) => text).join('')));
  const weak = answer.sentences.filter(({ support }) => support === 'partial' || support === 'unsupported');
  assert.equal(lettersOf(shown.weak), lettersOf(weak.map(({ text }) => text).join('')));
  assert.equal(shown.notes.length, weak.length);
  for (const [i, { missing }] of weak.entries()) for (const fact of missing) assert.ok(shown.notes[i].includes(fact), `“${fact}” is not in “${shown.notes[i]}”`);
  assert.deepEqual(shown.repairs, answer.sentences.map(({ repaired }) => repaired).filter(Boolean));
  assert.deepEqual(shown.sources, answer.citations.map(({ number }) => number));
  assert.deepEqual(shown.quotes, answer.citations.map(({ quote }) => quote));
  assert.deepEqual(shown.chips.map(([n]) => n), [...answer.answer.replace(/`[^`]*`/g, '').matchAll(/(?<!\\)\[(\d{1,3})\]/g)].map(([, n]) => Number(n)));
  assert.deepEqual(shown.bare, [], 'a chip that leads nowhere');
  return { page, turn, shown };
}

/** Asks over HTTP and on the page. */
async function truth(t, origin = marking.origin, more = {}) {
  const { answer, ...rest } = await fetched(origin, more.question);
  return { answer, ...rest, ...await pageShows(t, origin, answer, more) };
}

/** Clicks chip i and asserts that the sentence alone stands marked. */
async function assertOpens(page, turn, i, sentence) {
  await turn.locator('.text .cite a').nth(i).click();
  await assertInView(page.locator('#panel mark#cite'));
  assert.equal((await page.locator('#panel mark').allTextContents()).join(''), sentence);
  await page.keyboard.press('Escape');
  await page.locator('#panel').waitFor({ state: 'hidden' });
}

const verdicts = (answer) => answer.sentences.map((s) => [s.support, s.missing, s.citations, s.repaired]);

test('a true answer is shown as it is, and its chips open the exact sentences', async (t) => {
  const n = says('望江村的蓄水池一共建了三十七座[{A}]。最大的一座能蓄水1200立方米[{A}]。另外，东岗的风车有九台[{B}]。');
  const { answer, page, turn, shown } = await truth(t);
  assert.deepEqual(verdicts(answer), [['supported', [], [n.A], ''], ['supported', [], [n.A], ''], ['supported', [], [n.B], '']]);
  assert.match(shown.label, /由 AI 生成.*fake-model/);
  await assertOpens(page, turn, 0, '望江村的蓄水池一共建了三十七座。');
  await assertOpens(page, turn, 1, '最大的一座能蓄水1200立方米。');
  await assertOpens(page, turn, 2, '望江村东岗的风车共有九台。');
});

test('an invented number is marked and named', async (t) => {
  const n = says('望江村的蓄水池一共建了三十七座[{A}]。最大的一座能蓄水2600升[{A}]。');
  const { answer, shown } = await truth(t);
  assert.equal(answer.sentences[0].support, 'supported');
  assert.match(answer.sentences[1].support, /partial|unsupported/);
  assert.deepEqual(answer.sentences[1].missing, ['2600升']);
  assert.deepEqual(answer.sentences[1].citations, [n.A]);
  assert.deepEqual(shown.notes, ['原文未见：2600升']);
  assert.match(shown.after, /有 1 句没能/);
});

test('a citation of a passage that does not exist is no citation', async (t) => {
  for (const marker of ['[99]', '[0]', '[{count+1}]', '【77†source】', '[^88]']) {
    const n = says(`望江村的蓄水池一共建了四百座${marker}。`);
    const { answer, shown } = await truth(t);
    assert.equal(answer.answer, '望江村的蓄水池一共建了四百座。', marker);
    assert.deepEqual(answer.citations, []);
    assert.equal(answer.sentences[0].support, 'unsupported');
    assert.match(answer.notice, /没有引用任何段落/);
    assert.match(shown.after, /没有引用任何段落/);
    assert.deepEqual(shown.chips, []);
    says(`望江村的蓄水池一共建了三十七座${marker}。`);
    const { answer: repaired } = await fetched(marking.origin);
    assert.deepEqual(verdicts(repaired), [['supported', [], [n.A], 'added']]);
  }
});

test('a citation of the wrong passage is moved to the right one', async (t) => {
  const n = says('望江村的蓄水池一共建了三十七座[{B}]。校长叫林若溪[{C}]。');
  const { answer, page, turn, shown } = await truth(t);
  assert.deepEqual(verdicts(answer), [['supported', [], [n.A], 'moved'], ['supported', [], [n.C], '']]);
  assert.equal(answer.answer, `望江村的蓄水池一共建了三十七座[${n.A}]。校长叫林若溪[${n.C}]。`);
  assert.ok(!shown.sources.includes(n.B));
  assert.match(await turn.locator('.text').textContent(), /出处已更正/);
  await assertOpens(page, turn, 0, '望江村的蓄水池一共建了三十七座。');
});

test('a sentence without citation gets the passage that says it, or is marked', async (t) => {
  const n = says('望江村的蓄水池一共建了三十七座。水池边种了五百棵柳树。');
  const { answer, page, turn } = await truth(t);
  assert.deepEqual(verdicts(answer)[0], ['supported', [], [n.A], 'added']);
  assert.equal(answer.sentences[1].support, 'unsupported');
  assert.deepEqual(answer.sentences[1].citations, []);
  assert.match(answer.notice, /引文是核对后补上的/);
  assert.match(await turn.locator('.text').textContent(), /出处是补上的/);
  await assertOpens(page, turn, 0, '望江村的蓄水池一共建了三十七座。');
});

const FORMS = ['[{A}]', '［{A}］', '【{A}】', '〔{A}〕', '[[{A}]]', '[^{A}]', '^[{A}]^', '<sup>{A}</sup>', '<sup>[{A}]</sup>', '[ {A} ]', '【来源{A}】', '[资料 {A}]', '[source {A}]', '【{A}†source】', '【{A}:0†source】', '【{A}†L1-L3】'];
test('each form of a citation is one, in every split', async () => {
  for (const form of FORMS) {
    for (const size of [1, 2, 3, 100]) {
      const n = says(`望江村的蓄水池一共建了三十七座${form}。`, (text) => text.match(new RegExp(`[^]{1,${size}}`, 'gu')));
      const { answer, deltas } = await fetched(marking.origin);
      assert.equal(deltas.join('').trim(), `望江村的蓄水池一共建了三十七座[${n.A}]。`, form);
      assert.deepEqual(verdicts(answer), [['supported', [], [n.A], '']], form);
    }
  }
});

for (const [form, split] of [['[{A},{B}]', '[A][B]'], ['[{A}，{B}]', '[A][B]'], ['［{A}、{B}］', '[A][B]'], ['【{A}】【{B}】', '[A][B]'], ['[{A}][{B}]', '[A][B]'], ['[^{A}][^{B}]', '[A][B]'], ['[1-2]', '[1][2]'], ['【1–2】', '[1][2]'], ['［１－２］', '[1][2]'], ['[1,99]', '[1]']]) {
  test(`several passages in one citation: ${form}`, async (t) => {
    const n = says(`望江村的蓄水池一共建了三十七座，东岗的风车共有九台${form}。`);
    const { answer, deltas } = await truth(t);
    const wanted = split.replace(/[AB]/g, (name) => n[name]);
    assert.ok(deltas.join('').includes(wanted), deltas.join(''));
    assert.ok(['supported', 'partial', 'unsupported'].includes(answer.sentences[0].support));
    if (split === '[A][B]') assert.deepEqual(verdicts(answer), [['supported', [], [n.A, n.B], '']]);
  });
}

test('a citation split over three tokens in every way is never half on the wire', async () => {
  for (const form of ['[{A}]', '[{A},{B}]', '【{A}】', '【{A}†source】', '[^{A}]']) {
    const marker = form.replace('{A}', '1').replace('{B}', '2');
    for (let i = 1; i < marker.length - 1; i++) {
      for (let j = i + 1; j < marker.length; j++) {
        const n = says(`望江村的蓄水池一共建了三十七座${form}。`, (text) => {
          const at = text.indexOf('座') + 1;
          return [text.slice(0, at), text.slice(at, at + i), text.slice(at + i, at + j), text.slice(at + j)];
        });
        const { answer, deltas } = await fetched(marking.origin);
        assert.ok(deltas.join('').startsWith(`望江村的蓄水池一共建了三十七座[${n.A}]`), `${form} ${i} ${j}`);
        assert.ok(answer.sentences[0].citations.includes(n.A));
      }
    }
  }
});

test('【1†source】 on the page is a chip like any other', async (t) => {
  const n = says('望江村的蓄水池一共建了三十七座【{A}†source】，东岗的风车共有九台【{B}:1†风车.md】。', (text) => [...text]);
  const { answer, shown } = await truth(t);
  assert.deepEqual(shown.chips.map(([number]) => number), [n.A, n.B]);
  assert.equal(answer.sentences.every(({ support }) => support === 'supported'), true);
  assert.doesNotMatch(shown.words, /source|†|[[\]【】]/);
});

test('brackets that are no citations stay text', async (t) => {
  says('望江村的蓄水池一共建了三十七座[{A}]，见数组`a[1]`与2021年[2021]的报表。');
  const { shown } = await truth(t);
  assert.ok(shown.words.includes('a[1]') && shown.words.includes('[2021]'), shown.words);
  assert.equal(shown.chips.length, 1);
});

test('a year in brackets looks like no citation while the answer streams, either', async (t) => {
  says(['望江村的蓄水池一共建了三十七座[{A}]，见[2021]的报表', '。'], (text) => [text]);
  model.pause = 1500;
  t.after(() => { model.pause = 0; });
  const page = await open(t, browser, marking.origin);
  await ask(page, QUESTION);
  const busy = page.locator('.answer[aria-busy]');
  await busy.locator('.text').getByText('[2021]').waitFor();
  const shown = await shownIn(page.locator('.turn').last());
  assert.match(shown.words, /2021/);
  assert.deepEqual(shown.bare, []);
  assert.equal(shown.chips.length, 1);
  assert.equal(await busy.count(), 1, 'the answer was over before one could look');
  await answered(page);
});

test('an English answer about Chinese passages: a right number stands, a wrong one is marked', async (t) => {
  const question = 'How many reservoirs (蓄水池) were built in 望江村?';
  const n = says('The village built 37 reservoirs in total [{A}]. The largest one holds 1,200 cubic metres [{A}]. It was finished in May 2021 [{A}].');
  const right = await truth(t, marking.origin, { question, locale: 'en-US' });
  assert.deepEqual(verdicts(right.answer), Array(3).fill(['supported', [], [n.A], '']));
  assert.deepEqual(right.shown.notes, []);
  await assertOpens(right.page, right.turn, 0, '望江村的蓄水池一共建了三十七座。');
  says('The village built 73 reservoirs in total [{A}]. It was finished in May 2012 [{A}].');
  const wrong = await truth(t, marking.origin, { question, locale: 'en-US' });
  for (const [i, fact] of [/^73/, /2012/].entries()) {
    assert.match(wrong.answer.sentences[i].support, /partial|unsupported/);
    assert.match(wrong.answer.sentences[i].missing.join(), fact);
    assert.match(wrong.shown.notes[i], /Not in the source|not in/i);
  }
});

const THOUGHT = '也许是八百座[{B}]。校长叫王大锤[{C}]【3†source】。';
for (const [where, words] of [
  ['reasoning_content', [{ reasoning_content: THOUGHT }, '望江村的蓄水池一共建了三十七座[{A}]。']],
  ['think tags', [`<think>${THOUGHT}</think>\n\n望江村的蓄水池一共建了三十七座[{A}]。`]],
  ['a closing tag alone', [`${THOUGHT}\n</think>\n\n望江村的蓄水池一共建了三十七座[{A}]。`]],
]) {
  test(`thinking is neither shown nor cited: ${where}`, async (t) => {
    const n = says(words);
    const { answer, turn, shown } = await truth(t);
    assert.deepEqual(verdicts(answer), [['supported', [], [n.A], '']]);
    assert.equal(answer.answer, `望江村的蓄水池一共建了三十七座[${n.A}]。`);
    assert.doesNotMatch(JSON.stringify({ ...answer, closest: [] }), /八百座|王大锤|think/);
    assert.doesNotMatch(shown.words, /八百座|王大锤|think/);
    assert.equal(await turn.locator('.thinking a, .thinking .cite').count(), 0);
  });
}

test('a model that fails before the first word: excerpts, marked as such, with the reason', async (t) => {
  for (const [reply, reason] of [[[{ status: 401 }], /不接受密钥/], [[{ status: 400 }], /拒绝了请求/], [[{ cut: true }], /不是完整的回答|连不上/], [[{ reasoning_content: '想想[1]' }, { cut: true }], /不是完整的回答|连不上/]]) {
    says(reply);
    const { answer, shown } = await truth(t);
    assert.deepEqual([answer.mode, answer.model, answer.answered], ['extractive', '', true]);
    assert.match(answer.answer, /三十七座/);
    assert.match(answer.notice, /模型没有作答，以上改为文章原句摘录/);
    assert.match(answer.notice, reason);
    assert.match(shown.label, /摘录/);
    assert.match(shown.after, /模型没有作答/);
  }
});

test('after a failure the retry button asks the model again', async (t) => {
  says([{ status: 401 }]);
  const { answer } = await fetched(marking.origin);
  const { turn, shown } = await pageShows(t, marking.origin, answer);
  assert.match(shown.after, /重试/);
  const n = says('望江村的蓄水池一共建了三十七座[{A}]。');
  await turn.getByRole('button', { name: '重试' }).click();
  await turn.locator('.label').getByText('由 AI 生成').waitFor();
  assert.deepEqual((await shownIn(turn)).sources, [n.A]);
  assert.doesNotMatch((await shownIn(turn)).after, /模型没有作答/);
});

for (const [what, ending, notice] of [['breaks off', { cut: true }, /回答中断/], ['hits its length', { finish: 'length' }, /长度上限/]]) {
  test(`a model that ${what} midway: what came is kept, marked incomplete, and can be asked again`, async (t) => {
    const n = says(['望江村的蓄水池一共建了三十七座[{A}]。最大的一座能蓄', ending]);
    const { answer, turn, shown } = await truth(t);
    assert.deepEqual([answer.mode, answer.complete], ['model', false]);
    assert.deepEqual(verdicts(answer)[0], ['supported', [], [n.A], '']);
    assert.match(answer.notice, notice);
    assert.match(shown.after, notice);
    says('一共建了三十七座[{A}]。');
    await turn.getByRole('button', { name: '重试' }).click();
    await turn.locator('.actions').getByRole('button', { name: '重新回答' }).waitFor();
    assert.doesNotMatch((await shownIn(turn)).after, notice);
  });
}

test('a model that breaks off within a citation leaves no half of one', async (t) => {
  const n = says(['望江村的蓄水池一共建了三十七座[{A}]。东岗的风车共有九台[{B}', { finish: 'length' }]);
  const { answer } = await truth(t);
  assert.deepEqual(answer.sentences[1].citations, [n.B]); // put back by the check
  assert.ok(!/\[\d*$/.test(answer.answer), answer.answer);
});

test('a greeting and the head of a table state nothing and are not marked', async (t) => {
  says('您好，很高兴为您解答。\n\n| 项目 | 数量 |\n|---|---|\n| 望江村蓄水池 | 三十七座[{A}] |\n| 东岗风车 | 十二台[{B}] |\n');
  const { answer, shown } = await truth(t);
  assert.deepEqual(answer.sentences.map(({ support }) => support), ['none', 'none', 'supported', 'unsupported']);
  assert.deepEqual(shown.notes, ['原文未见：十二台']);
});

test('where unsupported sentences are dropped they are never seen, and their number is told', async (t) => {
  const n = says('望江村的蓄水池一共建了三十七座[{A}]。水池边种了五百棵柳树[{A}]。校长叫林若溪[{B}]。');
  const { answer, deltas, shown } = await truth(t, dropping.origin);
  assert.equal(answer.dropped, 1);
  assert.doesNotMatch(JSON.stringify(answer) + deltas.join(''), /柳树/);
  assert.deepEqual(verdicts(answer), [['supported', [], [n.A], ''], ['supported', [], [n.C], 'moved']]);
  assert.match(answer.notice, /有 1 句没能在所引段落中核实，已略去/);
  assert.match(shown.after, /已略去/);
  assert.equal(shown.weak, '');
});

test('where nothing is left after dropping, the answer is a refusal', async (t) => {
  says('水池边种了五百棵柳树[{A}]。');
  const { answer, deltas } = await fetched(dropping.origin);
  assert.deepEqual([answer.mode, answer.answered, answer.dropped, answer.model], ['refused', false, 1, '']);
  assert.doesNotMatch(JSON.stringify({ ...answer, closest: [] }) + deltas.join(''), /柳树/);
  const page = await open(t, browser, dropping.origin);
  await ask(page, QUESTION);
  const turn = await answered(page);
  assert.match(await turn.locator('.label').textContent(), /没有找到依据/);
  assert.doesNotMatch(await turn.textContent(), /柳树/);
  assert.match(await turn.textContent(), /没有一句能在文章中核实/);
});
