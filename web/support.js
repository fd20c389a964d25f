// Marks the sentences of a finished answer that their sources do not carry whole,
// with what is missing.

import { h } from './dom.js';
import { t } from './strings.js';

const WEAK = new Set(['partial', 'unsupported']);

/** Letters that count when a sentence is looked for: no white space, no Markdown marks. */
const counts = (char) => !/[\s*_`#>~|\\-]/.test(char);

/** Marks the weak sentences under root; returns how many there are. */
export function markSupport(root, sentences) {
  const weak = sentences.filter((sentence) => WEAK.has(sentence.support));
  let from = 0;
  for (const sentence of sentences) {
    const letters = lettersOf(root);
    const wanted = [...sentence.text].filter(counts).join('');
    if (wanted === '') continue;
    let at = letters.text.indexOf(wanted, from);
    if (at < 0) at = letters.text.indexOf(wanted);
    if (at >= 0) from = at + wanted.length;
    if (!WEAK.has(sentence.support)) continue;
    if (at >= 0) wrap(letters.places.slice(at, from), sentence);
    else root.append(h('p', { class: 'weak-lost' }, sentence.text, ' ', note(sentence)));
  }
  return weak.length;
}

function note(sentence) {
  const missing = (sentence.missing ?? []).join(t.comma);
  return h('span', { class: 'weak-note' }, t[sentence.support](missing));
}

/** The counting letters under root in one string, each with its text node and offset. */
function lettersOf(root) {
  const places = [];
  let text = '';
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest('.cite, .weak-note')) continue;
    for (let i = 0; i < node.data.length; i++) {
      if (!counts(node.data[i])) continue;
      places.push({ node, i });
      text += node.data[i];
    }
  }
  return { text, places };
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
  // The note stands behind the sentence's own chips.
  let after = last;
  while (after.nextSibling?.nodeType === Node.ELEMENT_NODE && after.nextSibling.matches('.cite')) after = after.nextSibling;
  after.after(note(sentence));
}
