// The article beside the answer, scrolled to the highlighted sentence.

import { adoptChildren } from './adopt.js';
import { citationAt, hide } from './cite.js';
import { $, focusIfThere, h, langOf } from './dom.js';
import { hashOf, leaveArticle, onChange, placeOf } from './route.js';
import { reading, readingURL } from './server.js';
import { hideRepeatedTitle, scrollToMark } from './reading.js';
import { t } from './strings.js';

const WIDE = matchMedia('(min-width: 60rem)');

let shown = ''; // hash of the place in the panel
let opener = null; // what had the focus before the panel opened
let loading = null; // AbortController

export function start() {
  onChange((place) => (place.article ? void open(place) : close()));
  WIDE.addEventListener('change', fence);
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing || event.keyCode === 229) return;
    if (!hide() && shown) leaveArticle();
  });
}

/** On a narrow screen the panel covers the page, so the page must not be reached behind it. */
function fence() {
  const covered = shown !== '' && !WIDE.matches;
  for (const element of document.querySelectorAll('body > :is(.skip, .masthead, #main, .dock)')) element.inert = covered;
  document.documentElement.classList.toggle('covered', covered);
}

function close() {
  if (!shown) return;
  shown = '';
  loading?.abort();
  $('panel').hidden = true;
  $('panel').replaceChildren();
  document.documentElement.classList.remove('with-panel');
  fence();
  focusIfThere(opener, $('question'));
  hide(); // the chip has just been read, and its tooltip would lie over those below
}

async function open(place) {
  const hash = hashOf({ ...place, view: '' });
  if (hash === shown) return scrollToMark($('panel').querySelector('.panel-body'));
  if (!shown) opener = document.activeElement;
  shown = hash;
  hide();
  loading?.abort();
  loading = new AbortController();
  const { signal } = loading;
  const at = citationAt(place);
  const exact = at ? { article: at.citation.article_id, ...at.citation } : place;
  const body = h('div', { class: 'panel-body', tabindex: '0', role: 'region', 'aria-label': t.panel }, h('p', { class: 'meta' }, t.loading));
  $('panel').replaceChildren(bar(at, exact), body);
  $('panel').hidden = false;
  document.documentElement.classList.add('with-panel');
  fence();
  $('panel').focus({ preventScroll: true });
  if (WIDE.matches && opener?.isConnected) opener.scrollIntoView({ block: 'nearest' });
  try {
    await fill(body, exact, signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    body.replaceChildren(h('div', { class: 'notice wrong', role: 'alert' }, h('p', null, error.message), error.hint && h('p', null, error.hint)));
  }
  return undefined;
}

async function fill(body, place, signal) {
  const article = await reading(place, signal);
  if (signal.aborted) return;
  const copy = h('article', { class: 'reading', lang: langOf(article.textContent) }, adoptChildren(article, 1));
  hideRepeatedTitle(copy);
  const lost = place.start !== undefined && !copy.querySelector('mark') && !copy.querySelector('.notice');
  body.replaceChildren(...[lost && h('p', { class: 'notice' }, t.lostMark), copy].filter(Boolean));
  $('panel').querySelector('.panel-title').textContent = article.querySelector('h1')?.textContent ?? '';
  watchTitle(copy.querySelector('h2'), body);
  scrollToMark(body);
}

/** The bar repeats the title only while the article's own is out of sight. */
function watchTitle(heading, body) {
  if (!heading) return;
  const title = $('panel').querySelector('.panel-title');
  new IntersectionObserver(([entry]) => title.classList.toggle('away', entry.intersectionRatio > 0.99), { root: body, threshold: [0, 1] }).observe(heading);
}

/** Title, way out, and the way to the neighbouring citations. */
function bar(at, place) {
  const step = (index, words) => {
    const citation = at.list[index];
    return citation ? h('a', { class: 'quiet', href: hashOf(placeOf(citation)) }, words) : h('button', { type: 'button', class: 'quiet', disabled: true }, words);
  };
  return h('div', { class: 'panel-bar' },
    h('p', { class: 'panel-title' }, at?.citation.title ?? ''),
    h('a', { class: 'quiet', href: readingURL(place), target: '_blank', rel: 'noopener' }, t.openFull),
    h('button', { type: 'button', class: 'quiet', onclick: leaveArticle }, t.close),
    at?.list.length > 1 && h('div', { class: 'panel-tools' },
      step(at.index - 1, t.previous),
      h('span', { class: 'meta' }, t.place(at.index + 1, at.list.length)),
      step(at.index + 1, t.next)));
}
