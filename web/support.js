// Marks the sentences of a finished answer that their sources do not carry whole, with
// what is missing, and those whose citations were repaired.

import { bindSpan } from './cite.js';
import { h } from './dom.js';
import { t } from './strings.js';

const WEAK = new Set(['partial', 'unsupported']);

/** Letters that count when a sentence is looked for: no white space, no Markdown marks. */
const counts = (char) => !/[\s*_`#>~|\\-]/.test(char);

/** Marks the weak and the repaired sentences under root; returns how many are weak. */
export function markSupport(root, sentences) {
  bindSpans(root, sentences);
  const weak = sentences.filter((sentence) => WEAK.has(sentence.support));
  let from = 0;
  for (const sentence of sentences) {
    const letters = lettersOf(root);
    const wanted = [...sentence.text].filter(counts).join('');
    if (wanted === '') continue;
    let at = letters.text.indexOf(wanted, from);
    if (at < 0) at = letters.text.indexOf(wanted);
    if (at >= 0) from = at + wanted.length;
    if (WEAK.has(sentence.support)) {
      if (at >= 0) wrap(letters.places.slice(at, from), sentence);
      else root.append(h('p', { class: 'weak-lost' }, sentence.text, ' ', note(sentence)));
    } else if (sentence.repaired && at >= 0) {
      behindChips(letters.places[from - 1].node, note(sentence));
    }
  }
  return weak.length;
}

/** Lets each chip lead to the very place that supports the sentence it stands behind. */
function bindSpans(root, sentences) {
  const letters = lettersOf(root);
  const starts = [];
  let from = 0;
  for (const sentence of sentences) {
    const at = letters.text.indexOf([...sentence.text].filter(counts).join(''), from);
    if (at < 0) continue;
    starts.push({ at, sentence });
    from = at + 1;
  }
  for (const { link, at } of letters.chips) {
    const own = starts.filter((start) => start.at < at).at(-1);
    const span = own?.sentence.spans?.find(({ citation }) => citation === Number(link.dataset.n));
    if (span) bindSpan(link, span);
  }
}

/** What is to be said of a sentence, small, behind it. */
function note(sentence) {
  const missing = (sentence.missing ?? []).join(t.comma);
  const repaired = sentence.repaired && h('span', { class: 'repair-note', 'data-repaired': sentence.repaired }, t.repaired[sentence.repaired] ?? '');
  if (!WEAK.has(sentence.support)) return repaired;
  const uncited = sentence.citations?.length === 0 && missing === '';
  const words = (sentence.judged_by && t.judged) || (uncited && t.uncited) || t[sentence.support](missing);
  return h('span', null, h('span', { class: 'weak-note', 'data-support': sentence.support }, words), repaired);
}

/** The counting letters under root in one string, each with its text node and offset; and the chips, with how many letters stand before. */
function lettersOf(root) {
  const places = [];
  const chips = [];
  let text = '';
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (node.matches('.cite a[data-n]')) chips.push({ link: node, at: text.length });
      continue;
    }
    if (node.parentElement.closest('.cite, .weak-note, .repair-note')) continue;
    for (let i = 0; i < node.data.length; i++) {
      if (!counts(node.data[i])) continue;
      places.push({ node, i });
      text += node.data[i];
    }
  }
  return { text, places, chips };
}

function wrap(places, sentence) {
  let last = null;
  const nodes = [...new Set(places.map((place) => place.node))];
  for (const node of nodes) {
    const own = places.filter((place) => place.node === node);
    const range = document.createRange();
    range.setStart(node, own[0].i);
    range.setEnd(node, own.at(-1).i + 1);
    last = h('span', { class: 'weak' });
    range.surroundContents(last);
  }
  behindChips(last, note(sentence));
}

/** Puts a note behind a sentence's own chips. */
function behindChips(node, words) {
  let after = node;
  while (after.nextSibling?.nodeType === Node.ELEMENT_NODE && after.nextSibling.matches('.cite')) after = after.nextSibling;
  after.after(words);
}
