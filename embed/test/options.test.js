import assert from 'node:assert/strict';
import { test } from 'node:test';
import { list, number, search } from '../src/options.js';

test('a number is kept within its limit, and what is none is the usual one', () => {
  const asked = ['7', '50', '51', '0', '', 'many', undefined, null, '2.9'];
  assert.deepEqual(asked.map((text) => number(text, 50, 5)), [7, 50, 50, 5, 5, 5, 5, 5, 2]);
});

test('a list has one order, and no spaces around its commas', () => {
  assert.deepEqual(list('storm , ferry,budget'), ['budget', 'ferry', 'storm']);
  assert.deepEqual(list(undefined), ['']);
});

test('a query has what is asked for, in one spelling', () => {
  const query = { count: false, exclude: [''], lang: 'en', q: 'high tide & low', summary: undefined, tags: ['a b', 'ü'] };
  assert.equal(search(query), 'lang=en&q=high%20tide%20%26%20low&tags=a%20b,%C3%BC');
  assert.equal(search({ tags: [''] }), '');
});
