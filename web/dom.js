// Builds DOM without ever parsing a string as HTML.

/** h('a', {href: '#', class: 'x', onclick: f}, 'text', node, …) makes an element. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const $ = (id) => document.getElementById(id);

/** The language of a text, for fonts, hyphenation and screen readers. */
export function langOf(text) {
  if (/[\u3040-\u30ff]/.test(text)) return 'ja';
  if (/\p{Script=Han}/u.test(text)) return 'zh';
  return 'en';
}

/** Tells screen readers, politely. */
export function announce(text) {
  $('live').textContent = '';
  // A live region speaks on change only, so an equal text needs two steps.
  requestAnimationFrame(() => { $('live').textContent = text; });
}

/** An element that the reader can come back to: the focus returns to it, if it still stands. */
export function focusIfThere(element, fallback) {
  const target = element?.isConnected ? element : fallback;
  target?.focus({ preventScroll: true });
}

const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uff60]/u;

/**
 * A piece of an article on one line, as words: without Markdown's signs, and no space
 * where a line ends between letters that are written without spaces.
 */
export function flow(text) {
  const lines = text.split(/\s*[\r\n]+\s*/).map((line) => line.replace(/^(?:#{1,6}|[-*+>]|\d{1,3}\.)\s+/, '').replaceAll('**', ''));
  return lines.filter((line) => line !== '').reduce((all, line) => all + (WIDE.test(all.at(-1)) && WIDE.test(line[0]) ? '' : ' ') + line, '').trim();
}
