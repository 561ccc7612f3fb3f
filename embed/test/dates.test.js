import assert from 'node:assert/strict';
import { test } from 'node:test';

/** As much of a document as a date needs. */
globalThis.document = /** @type {any} */ ({
  createElement: (name) => ({ name, append(...children) { this.text = children.join(''); } }),
});
const { time } = await import('../src/dates.js');
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();

test('what is of this week is said by how long ago it was', () => {
  const said = [0.2, 1.5, 59, 61, 60 * 23.9, 60 * 30, 60 * 24 * 6.5].map((minutes) => time(ago(minutes), undefined, 'en').text);
  assert.deepEqual(said, [
    '1 minute ago', '1 minute ago', '59 minutes ago', '1 hour ago', '23 hours ago', '1 day ago', '6 days ago',
  ]);
});

test('what is older, or asked for by a style, is said by its date', () => {
  assert.equal(time('2024-03-05T12:00:00Z', undefined, 'en').text, 'Mar 5, 2024');
  assert.equal(time('2024-03-05T12:00:00Z', 'relative', 'de').text, '05.03.2024');
  assert.match(time(ago(1), 'long', 'en').text, /^\w+ \d+, \d{4}$/);
  assert.match(time(ago(-3 * 24 * 60), undefined, 'en').text, /^\w+ \d+, \d{4}$/);
});

test('the whole date is there for whoever asks', () => {
  const made = time('2024-03-05T12:00:00+01:00', undefined, 'en');
  assert.equal(made.dateTime, '2024-03-05T11:00:00.000Z');
  assert.match(made.title, /^Tuesday, March 5, 2024 at /);
});

test('what is no date, or no language, is nothing', () => {
  for (const date of [undefined, null, '', 'soon', {}]) assert.equal(time(date, undefined, 'en'), undefined);
  assert.equal(time(ago(1), undefined, 'not a language'), undefined);
  assert.equal(time(ago(1), 'none', 'en'), false);
});
