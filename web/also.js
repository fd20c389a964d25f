// The other articles in which a cited passage stands, folded away under it.

import { byline } from './cite.js';
import { h, langOf } from './dom.js';
import { hashOf, placeOf } from './route.js';
import { t } from './strings.js';

/** A disclosure with links to the copies of a citation; null if there are none. */
export function also(citation) {
  const copies = citation.also_in ?? [];
  if (copies.length === 0) return null;
  const all = Math.max(citation.also_in_count ?? 0, copies.length);
  return h('details', { class: 'also' },
    h('summary', null, t.alsoIn(all), h('span', { class: 'hidden' }, ` ${citation.title}`)),
    h('ul', null,
      copies.map((copy) => h('li', null,
        h('a', { href: hashOf(placeOf(copy)), lang: langOf(copy.title ?? '') }, copy.title ?? ''),
        byline(copy) && h('span', { class: 'meta' }, byline(copy)))),
      all > copies.length && h('li', { class: 'meta' }, t.andMore(all - copies.length))));
}
