// The dates and sources of a question that narrowed its search, as one chip that takes
// them away.

import { h } from './dom.js';
import { t } from './strings.js';

/** A button that names what was applied and calls remove; null if nothing was. */
export function filterChip(filters, remove) {
  const words = filters.filter((f) => f.applied).map((f) => t.filters[`${f.kind} ${f.mode}`]?.(f.label)).filter(Boolean);
  if (words.length === 0) return null;
  const text = words.join(t.comma);
  return h('button', { type: 'button', class: 'narrowed', title: t.widen, 'aria-label': t.widenFrom(text), onclick: remove },
    text, h('span', { 'aria-hidden': 'true' }, '\u2009×'));
}
