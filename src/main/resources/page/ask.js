// Asks before something is lost.
import { find, h } from './dom.js';
import { t } from './words.js';

/**
 * @param lines what it means, one sentence each
 * @param yes the word of the button that does it
 * @return whether it is wanted
 */
export function ask(title, lines, yes) {
  const dialog = find('ask');
  const answer = value => () => dialog.close(value);
  dialog.replaceChildren(
    h('h2', { id: 'ask-title' }, title),
    h('ul', { class: 'points' }, lines.filter(Boolean).map(line => h('li', {}, line))),
    h('div', { class: 'row' },
      h('button', { type: 'button', class: 'quiet', onclick: answer('') }, t('keep')),
      h('button', { type: 'button', id: 'ask-yes', class: 'danger', onclick: answer('yes') }, yes)));
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise(done => dialog.addEventListener('close', () => done(dialog.returnValue === 'yes'), { once: true }));
}
