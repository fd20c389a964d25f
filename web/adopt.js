// Takes nodes of a document that the server rendered and sanitised into the page.
// The server's policy is the wall; this list is the second one, should it break.

const ALLOWED = new Set(('a abbr article b blockquote br caption cite code dd del details div dl dt em figcaption figure footer '
  + 'h1 h2 h3 h4 h5 h6 header hr i ins kbd li mark nav ol p pre q rp rt ruby s section small span strong sub summary '
  + 'sup table tbody td tfoot th thead time tr u ul').split(' '));
const DROPPED = new Set(('audio base button canvas embed form frame frameset iframe img input link map math meta noscript '
  + 'object option portal script select source style svg template textarea title track video').split(' '));
const CLASSES = new Set(['cite', 'md', 'meta', 'notice', 'reading']);
const LINKS = /^(?:https?:|mailto:|\/(?!\/)|#)/i;

/** A fragment with the allowed part of node's children; headings sink by `sink` levels. */
export function adoptChildren(node, sink = 0) {
  const fragment = document.createDocumentFragment();
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) fragment.append(child.data);
    else if (child.nodeType === Node.ELEMENT_NODE) fragment.append(adoptElement(child, sink));
  }
  return fragment;
}

/** The allowed part of a string of HTML. */
export function adoptHTML(html, sink = 0) {
  return adoptChildren(new DOMParser().parseFromString(html, 'text/html').body, sink);
}

function adoptElement(source, sink) {
  const name = source.localName;
  if (DROPPED.has(name)) return '';
  const children = adoptChildren(source, sink);
  if (!ALLOWED.has(name)) return children;
  const copy = document.createElement(/^h[1-6]$/.test(name) ? `h${Math.min(6, Number(name[1]) + sink)}` : name);
  copyAttributes(source, copy);
  copy.append(children);
  return copy;
}

function copyAttributes(source, copy) {
  const keep = (name, pattern) => {
    const value = source.getAttribute(name);
    if (value !== null && pattern.test(value)) copy.setAttribute(name, value);
  };
  for (const name of source.classList) if (CLASSES.has(name)) copy.classList.add(name);
  keep('lang', /^[a-z-]{1,20}$/i);
  keep('dir', /^(?:ltr|rtl|auto)$/i);
  switch (copy.localName) {
    case 'a': {
      const href = (source.getAttribute('href') ?? '').trim();
      if (!LINKS.test(href)) break;
      copy.setAttribute('href', href);
      keep('data-n', /^\d{1,6}$/);
      if (!href.startsWith('#')) {
        copy.target = '_blank';
        copy.rel = 'noopener noreferrer';
      }
      break;
    }
    case 'mark': keep('id', /^cite$/); break;
    case 'ol': keep('start', /^\d{1,9}$/); break;
    case 'td':
    case 'th':
      keep('colspan', /^\d{1,3}$/);
      keep('rowspan', /^\d{1,3}$/);
      break;
    case 'time': keep('datetime', /^[\d:TZ+.-]{4,40}$/); break;
    default:
  }
}
