// The page's start: words, views, and the parts in their order.

import * as articles from './articles.js';
import * as chat from './chat.js';
import { $ } from './dom.js';
import * as panel from './panel.js';
import { onChange } from './route.js';
import { examples } from './server.js';
import { onState, whenReady } from './state.js';
import { t, translate } from './strings.js';

translate(document);

onChange(({ view }) => {
  const list = view === 'articles';
  const changed = $('articles-view').hidden === list;
  $('articles-view').hidden = !list;
  $('ask-view').hidden = list;
  $('composer').hidden = list;
  document.title = list ? `${t.articles} · ${t.title}` : t.title;
  $('nav-ask').setAttribute('aria-current', list ? 'false' : 'page');
  $('nav-articles').setAttribute('aria-current', list ? 'page' : 'false');
  if (changed) scrollTo(0, 0);
});

document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  ($('composer').hidden ? $('main') : $('question')).focus();
});

chat.start();
articles.start();
panel.start();
$('reload').addEventListener('click', () => { void import('./reload.js').then((it) => it.run()); });

let generation;
onState((state) => {
  if (state.generation === generation) return;
  generation = state.generation;
  // Without examples the page works as well.
  examples().then(({ questions }) => chat.showExamples(questions ?? []), () => {});
});
void whenReady();
if (matchMedia('(pointer: fine)').matches && !location.hash) $('question').focus();
