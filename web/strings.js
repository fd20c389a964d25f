// The words of the page, in the reader's language: the other one is not loaded.

export const lang = /^zh\b/i.test(navigator.language || 'zh') ? 'zh' : 'en';
export const t = (await import(lang === 'zh' ? './zh.js' : './en.js')).words;

/** Puts the words into the static part of the page. */
export function translate(root) {
  document.documentElement.lang = lang === 'zh' ? 'zh-Hans' : 'en';
  document.title = t.title;
  for (const element of root.querySelectorAll('[data-t]')) element.textContent = t[element.dataset.t];
  for (const element of root.querySelectorAll('[data-t-label]')) element.setAttribute('aria-label', t[element.dataset.tLabel]);
  for (const element of root.querySelectorAll('[data-t-placeholder]')) element.placeholder = t[element.dataset.tPlaceholder];
}
