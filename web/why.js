// Why a passage was found: its places in the rankings and the words it shares with the
// question, folded away under the passage.

import { h, langOf } from './dom.js';
import { t } from './strings.js';

const SHOWN = 8; // terms

/** A disclosure for a citation of an answer; null if the answer doesn't explain it. */
export function why(citation, answer) {
  const reason = (answer.explain ?? []).find((r) => r.passage_id === citation.passage_id && r.article_id === citation.article_id);
  if (!reason) return null;
  const terms = reason.matched ?? [];
  return h('details', { class: 'why' },
    h('summary', null, t.why, h('span', { class: 'hidden' }, ` ${citation.title}`)),
    h('ul', null, [...places(reason), ...conditions(reason, answer)].map((words) => h('li', null, words))),
    terms.length > 0 && h('p', null, t.whyTerms),
    terms.length > 0 && h('ul', { class: 'terms' }, terms.slice(0, SHOWN).map((term) => bar(term, terms[0].weight))));
}

function places(reason) {
  const place = (name, leg) => t.whyPlace(t[name], leg?.rank ?? 0);
  return [
    reason.fused?.rank > 0 && place('whyFused', reason.fused),
    place('whyLexical', reason.lexical),
    place('whyDense', reason.dense),
    reason.rerank?.rank > 0 && place('whyRerank', reason.rerank),
  ].filter(Boolean);
}

function conditions(reason, answer) {
  const filters = (answer.searched_filters ?? []).filter((f) => f.applied).map((f) => t.filters[`${f.kind} ${f.mode}`]?.(f.label)).filter(Boolean);
  return [
    reason.phrase && t.whyPhrase,
    filters.length > 0 && t.whyFilters(filters.join(t.comma)),
    reason.stands_for > 0 && t.whyStandsFor(reason.stands_for),
    reason.lost > 0 && t.whyLost((reason.lost * 100).toFixed(1)),
  ].filter(Boolean);
}

function bar({ term, weight }, most) {
  return h('li', null,
    h('span', { lang: langOf(term) }, term),
    h('progress', { max: 1, value: most > 0 ? weight / most : 0, 'aria-hidden': 'true' }),
    h('span', { class: 'meta' }, weight.toFixed(1)));
}
