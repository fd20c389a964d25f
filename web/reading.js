// A reading page: brings the highlighted sentence into view, on the page of its own
// as soon as this module loads, in the panel when the panel asks.

/** Scrolls box, not what is around it, so that the mark stands in its upper third. */
export function scrollToMark(box) {
  const mark = box?.querySelector('mark#cite') ?? box?.querySelector('mark');
  if (!mark) {
    box?.scrollTo(0, 0);
    return;
  }
  const window = box.getBoundingClientRect();
  const at = mark.getBoundingClientRect();
  box.scrollTop += at.top - window.top - Math.max(0, window.height - at.height) * 0.35;
}

/** Hides a body's first heading if it only says the title again. */
export function hideRepeatedTitle(article) {
  const title = article.querySelector('header :is(h1, h2)');
  const first = article.querySelector('section')?.firstElementChild;
  if (!title || !/^h[1-6]$/.test(first?.localName) || first.querySelector('mark')) return;
  first.hidden = first.textContent.replace(/^#+\s+/, '').trim() === title.textContent.trim();
}

const page = document.querySelector('body > main > article.reading');
if (page) hideRepeatedTitle(page);
if (page?.querySelector('mark')) {
  // After the browser has restored its own scroll position.
  requestAnimationFrame(() => page.querySelector('mark').scrollIntoView({ block: 'center' }));
}
