// Computes, from what the page really shows, what of it cannot be read, hit or found. Returns a list of sentences.

const wrong = [];
const all = (selector) => [...document.querySelectorAll(selector)];
const byId = (id) => document.getElementById(id);
const style = (e) => getComputedStyle(e);
const FIELDS = 'input:not([type=hidden]), textarea';

// Colours as WCAG 2 counts them: the ratio of the relative luminances of two opaque colours.
const colour = (css) => {
  const n = css.match(/[\d.]+/g).map(Number);
  return n.length < 4 ? [...n, 1] : n;
};
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
const light = (c) => {
  const linear = c.map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
};
const ratio = (a, b) => {
  const [more, less] = [light(a), light(b)].sort((p, q) => q - p);
  return (more + 0.05) / (less + 0.05);
};
const behind = (e) => {
  const layers = [];
  for (; e; e = e.parentElement) layers.unshift(colour(style(e).backgroundColor));
  return layers.reduce((below, top) => over(top, below), [255, 255, 255, 1]);
};
const shown = (e) => {
  const box = e.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && style(e).visibility === 'visible' && !e.closest('.hidden, .skip');
};

for (const e of all('body *')) {
  const text = [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join('').trim();
  if (!text || !shown(e) || e.closest('svg')) continue;
  const size = parseFloat(style(e).fontSize);
  const large = size >= 24 || (size >= 18.66 && style(e).fontWeight >= 700);
  const found = ratio(over(colour(style(e).color), behind(e)), behind(e));
  if (found < (large ? 3 : 4.5)) wrong.push(`contrast ${found.toFixed(1)} of "${text.slice(0, 30)}"`);
}
for (const e of all(FIELDS)) {
  const border = ratio(colour(style(e).borderColor), behind(e.parentElement));
  if (shown(e) && border < 3) wrong.push(`the border of ${e.name} has a contrast of ${border.toFixed(1)}`);
}
for (const e of all(`a, button, summary, ${FIELDS}`)) {
  const box = e.getBoundingClientRect();
  if (shown(e) && !e.closest('p, code, td') && (box.width < 24 || box.height < 24))
    wrong.push(`"${e.textContent.trim()}" is only ${Math.round(box.width)} x ${Math.round(box.height)} pixels`);
}
for (const e of all('[aria-invalid]')) {
  const told = (e.getAttribute('aria-describedby') || '').split(' ').map((id) => byId(id)?.textContent || '');
  if (!told.some((text) => text.startsWith('Problem:'))) wrong.push(`nothing says why ${e.name} is wrong`);
}
const ids = all('[id]').map((e) => e.id);
for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) wrong.push(`two elements have the id ${id}`);
for (const attribute of ['aria-describedby', 'aria-labelledby'])
  for (const e of all(`[${attribute}]`))
    for (const id of e.getAttribute(attribute).trim().split(/\s+/))
      if (!byId(id)) wrong.push(`${e.tagName} refers to #${id}, which is not there`);
for (const e of all('a[href^="#"]'))
  if (!byId(e.getAttribute('href').slice(1)))
    wrong.push(`a link leads to ${e.getAttribute('href')}, which is not there`);
const wide = document.scrollingElement.scrollWidth;
if (wide > innerWidth) wrong.push(`the page is ${wide} pixels wide in a window of ${innerWidth}`);
if (!document.documentElement.lang) wrong.push('the language is not told');
if (!document.title) wrong.push('the page has no title');
return wrong;
