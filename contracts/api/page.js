'use strict';
// The scripts of the HTML pages share this. A page's script begins with it (html_page.h says how), reads its data with
// readData() and builds its elements with make() and add(). They set text and attributes only, so nothing in the data
// becomes an element: keep it so, and set no HTML.

const byId = id => document.getElementById(id);
function readData(id) { return JSON.parse(byId(id).textContent); }

// --- elements ---

function make(name, text, attributes) {
  const node = document.createElement(name);
  if (text !== undefined) node.textContent = text;
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  return node;
}
function add(parent, name, text, attributes) { return parent.appendChild(make(name, text, attributes)); }
function addButton(parent, text, attributes, act) {
  const button = add(parent, 'button', text, {type: 'button', ...attributes});
  button.addEventListener('click', act);
  return button;
}
// Whatever direction a text from outside is written in, the rest of the line keeps its own.
function addId(parent, id) { return add(parent, 'bdi', id); }
// A table in a box that scrolls by itself. Returns a function that adds a row and gives its cells; the columns named in
// `numeric` hold numbers.
function addTable(parent, heads, numeric) {
  const look = (column, more) => numeric.includes(column) ? {class: 'n', ...more} : more;
  const box = add(parent, 'div', undefined, {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Table: ' + heads.join(', ')});
  const table = add(box, 'table');
  const line = add(add(table, 'thead'), 'tr');
  heads.forEach((head, i) => add(line, 'th', head, look(i, {scope: 'col'})));
  const body = add(table, 'tbody');
  return cells => {
    const row = add(body, 'tr');
    return cells.map((cell, i) => add(row, i ? 'td' : 'th', String(cell), look(i, i ? {} : {scope: 'row'})));
  };
}

// --- numbers and times ---

function count(number) { return number.toLocaleString('en'); }
function time(ms) {
  const date = new Date(ms);
  return isNaN(date) ? String(ms) : date.toISOString().replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
}
function duration(ms) {
  const s = ms / 1000;
  if (s < 60) return s.toFixed(1) + ' s';
  if (s < 3600) return Math.floor(s / 60) + ' min ' + Math.floor(s % 60) + ' s';
  return Math.floor(s / 3600) + ' h ' + Math.floor(s % 3600 / 60) + ' min';
}

// --- filters and search ---

// A group of buttons, one a choice {value, text, badge, tone}; badge and tone may be absent. act(value) is called on a
// click. Returns a function that shows which values are chosen.
function addFilters(parent, name, title, choices, act) {
  const group = add(parent, 'div', undefined, {class: 'filters', role: 'group', 'aria-labelledby': 'filter-' + name});
  add(group, 'span', title, {class: 'label', id: 'filter-' + name});
  const buttons = choices.map(({value, text, badge, tone}) => {
    const button = addButton(group, undefined, {['data-' + name]: value, 'aria-pressed': 'false'}, () => act(value));
    if (badge) add(button, 'span', badge, {class: 'badge ' + tone, 'aria-hidden': 'true'});
    button.append(text);
    return button;
  });
  return chosen => buttons.forEach((button, i) => button.setAttribute('aria-pressed', String(chosen.includes(choices[i].value))));
}
// A search box; act(text) is called at each change. Returns its line, a function that sets the text, and one that says
// how much was found. One a page: its ids are `search` and `shown`.
function addSearch(parent, hint, act) {
  const line = add(parent, 'div', undefined, {class: 'filters', role: 'search'});
  add(line, 'label', 'Search', {class: 'label', for: 'search'});
  const input = add(line, 'input', undefined, {id: 'search', type: 'search', placeholder: hint});
  input.addEventListener('input', () => act(input.value));
  const found = add(line, 'span', undefined, {id: 'shown', class: 'quiet', role: 'status'});
  return {
    line,
    set(text) { if (input.value !== text) input.value = text; },
    tell(text) { found.textContent = text; },
  };
}

// --- the part of the address after '#', which keeps what the page shows: a link shows what its writer saw ---

// `empty` has each name with the value it has when the address lacks it: a text, or a list of words. show(state) is
// called at each change, and by read().
function keepInAddress(empty, show) {
  let state = empty;
  function read() {
    const given = new URLSearchParams(location.hash.slice(1));
    state = {};
    for (const [name, none] of Object.entries(empty)) {
      const text = given.get(name) || '';
      state[name] = Array.isArray(none) ? text.split(',').filter(Boolean) : text || none;
    }
    show(state);
  }
  function go(change) {
    const parts = new URLSearchParams();
    for (const [name, value] of Object.entries({...state, ...change})) {
      if (String(value) !== String(empty[name])) parts.set(name, String(value));
    }
    history.replaceState(null, '', '#' + parts.toString());
    read();
  }
  addEventListener('hashchange', read);
  return {read, go};
}
function toggled(list, word) { return list.includes(word) ? list.filter(other => other !== word) : list.concat(word); }
