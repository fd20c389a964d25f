// Brings the highlighted sentence of a reading page into view: on the page of its
// own as soon as this module loads, in the panel when the panel asks.

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

const page = document.querySelector('body > article.reading, body > main > article.reading');
if (page?.querySelector('mark')) {
  // After the browser has restored its own scroll position.
  requestAnimationFrame(() => page.querySelector('mark').scrollIntoView({ block: 'center' }));
}
