// Citation chips: the small numbers behind a sentence, what they say on hover and
// focus, and which citations stand before and after one.

import { $, flow, h, langOf } from './dom.js';
import { hashOf, placeOf } from './route.js';
import { t } from './strings.js';

const citationOf = new WeakMap(); // link → citation
const lists = []; // citations of each answer on the page, newest last
const spans = new Map(); // hash → a citation with the place of one sentence

/** Source, author and date in one line; an author may stand for the source. */
export function byline(citation) {
  return [citation.source, citation.author !== citation.source && citation.author, citation.published, citation.page && t.page(citation.page)].filter(Boolean).join(t.dot);
}

/** Makes a link lead to a citation and speak of it. */
export function bind(link, citation) {
  citationOf.set(link, citation);
  link.href = hashOf(placeOf(citation));
  link.classList.add('cites');
  return link;
}

/** Makes a chip lead to the place within its citation that supports its own sentence. */
export function bindSpan(link, span) {
  const citation = citationOf.get(link);
  if (!citation) return;
  const exact = { ...citation, ...span };
  bind(link, exact);
  spans.set(hashOf(placeOf(exact)), exact);
}

/** The chip of citation n, or what stands there if there is no such citation: a year, say. */
export function chip(n, citations) {
  const citation = citations?.find((c) => c.number === n);
  if (!citation) return `[${n}]`;
  const label = { 'aria-label': t.cite(n, citation.title), 'data-n': n };
  return h('sup', { class: 'cite' }, bind(h('a', label, String(n)), citation));
}

/** Replaces the chips that the server rendered with ours. */
export function bindChips(root, citations) {
  for (const link of root.querySelectorAll('.cite a[data-n]')) {
    link.closest('.cite').replaceWith(chip(Number(link.dataset.n), citations));
  }
}

/** Makes citations known, so that the panel can go from one to the next. */
export function register(citations) {
  lists.push(citations);
}

export function forget() {
  lists.length = 0;
  spans.clear();
}

/** The citation that a place shows, its answer's citations and its index among them. */
export function citationAt(place) {
  const hash = hashOf({ ...place, view: '' });
  for (const list of [...lists].reverse()) {
    const index = list.findIndex((citation) => hashOf(placeOf(citation)) === hash);
    if (index >= 0) return { list, index, citation: list[index] };
  }
  const citation = spans.get(hash);
  if (!citation) return null;
  for (const list of [...lists].reverse()) {
    const index = list.findIndex(({ number, passage_id: passage }) => number === citation.number && passage === citation.passage_id);
    if (index >= 0) return { list, index, citation };
  }
  return null;
}

// One tooltip for all chips. It can be hovered itself, stays until the pointer or the
// focus leaves, and goes on Escape (WCAG 1.4.13).

let shownFor = null;
let byFocus = false; // the focus holds it, so the pointer may leave
let pointer = ''; // where it was last seen to enter something
let leaving = 0;

function show(link, focused) {
  clearTimeout(leaving);
  if (shownFor === link) return;
  hide();
  byFocus = focused;
  const citation = citationOf.get(link);
  const line = byline(citation);
  const tip = $('tip');
  tip.replaceChildren(
    h('p', { class: 'tip-title', lang: langOf(citation.title) }, citation.title),
    line && h('p', { class: 'meta' }, line),
    h('blockquote', { lang: langOf(citation.quote ?? '') }, flow(citation.quote ?? '')),
  );
  tip.hidden = false;
  link.setAttribute('aria-describedby', 'tip');
  shownFor = link;
  place(tip, link.getBoundingClientRect());
}

function place(tip, at) {
  const gap = 6;
  const { width, height } = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left + at.width / 2 - width / 2), document.documentElement.clientWidth - width - 8);
  // Below, where one has not read yet, if there is room.
  const room = innerHeight - at.bottom - gap;
  tip.style.left = `${left}px`;
  tip.style.top = `${room > height || room > at.top ? at.bottom + gap : at.top - height - gap}px`;
}

/** Takes the tooltip away; true if there was one. */
export function hide() {
  clearTimeout(leaving);
  if (!shownFor) return false;
  shownFor.removeAttribute('aria-describedby');
  shownFor = null;
  $('tip').hidden = true;
  return true;
}

const chipOf = (target) => {
  const link = target.closest?.('.cite a');
  return link && citationOf.has(link) ? link : null;
};

document.addEventListener('pointerover', (event) => {
  if (event.pointerType === 'touch') return;
  // A chip that moves under a resting pointer, as the page is laid out anew, was not asked.
  const before = pointer;
  pointer = `${event.clientX} ${event.clientY}`;
  const link = chipOf(event.target);
  if (link && pointer === before) return;
  if (link) show(link, false);
  else if (event.target.closest?.('#tip')) clearTimeout(leaving);
  else if (shownFor && !byFocus) {
    clearTimeout(leaving);
    leaving = setTimeout(hide, 150);
  }
});
document.addEventListener('focusin', (event) => {
  const link = chipOf(event.target);
  if (link?.matches(':focus-visible')) show(link, true);
});
document.addEventListener('focusout', (event) => { if (event.target === shownFor) hide(); });
addEventListener('scroll', () => {
  // Tabbing to a chip may scroll it into view; its words come along.
  if (shownFor && byFocus) place($('tip'), shownFor.getBoundingClientRect());
  else hide();
}, { passive: true, capture: true });
