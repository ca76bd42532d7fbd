// The language that is chosen, and how it writes names, numbers, money and times.
import en from './en.js';
import ko from './ko.js';

const WORDS = { en, ko };
const KEY = 'firstcome.language';
// Browsers send as Accept-Language what they have here.
let current = localStorage.getItem(KEY) ?? (navigator.languages.find(tag => /^(ko|en)\b/.test(tag)) ?? 'en').slice(0, 2);

export const language = () => current;

export function speak(tag) {
  current = tag;
  localStorage.setItem(KEY, tag);
}

/** A word, with {name} replaced by the value of that name. */
export function t(word, values = {}) {
  const text = WORDS[current][word];
  if (text === undefined) console.error(`there is no word for ${word}`);
  return (text ?? word).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

/** A refusal's code in words; one that has none is shown as it is. */
export const code = name => WORDS[current][`c.${name}`] ?? name;

export const number = value => new Intl.NumberFormat(current).format(value);
export const won = value => t('won', { n: number(value) });
export const days = value => t('days', { n: number(value) });

const as = style => instant => new Intl.DateTimeFormat(current, style).format(new Date(instant));
export const time = as({ timeStyle: 'short' });
export const clock = as({ timeStyle: 'medium' });
export const moment = as({ dateStyle: 'medium', timeStyle: 'short' });

/** The demo's names are Korean and English, with a slash between them. */
export function local(name) {
  const [korean, english] = name.split(' / ');
  return current === 'ko' || !english ? korean : english;
}

/** Says everything that stands in the document in the language that is chosen. */
export function translate() {
  document.documentElement.lang = current;
  document.querySelectorAll('[data-word]').forEach(element => { element.textContent = t(element.dataset.word); });
  document.querySelectorAll('[data-label]').forEach(element => element.setAttribute('aria-label', t(element.dataset.label)));
  document.querySelectorAll('[data-hint]').forEach(element => element.setAttribute('placeholder', t(element.dataset.hint)));
}
