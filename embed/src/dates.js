/** Say when something was published, as people of a language say it. */

import { make } from './dom.js';

/**
 * Return the element for a date: how long ago within a week, else the date; always the date where a style asks.
 *
 * Days are counted and never named: what is 30 hours old may be of yesterday or of the day before.
 * Undefined where the date is none, or the language: neither costs a headline.
 *
 * @param {any} published
 * @param {any} style
 * @param {string} language
 */
export const time = (published, style, language) => {
  try {
    const date = new Date(/** @type {any} */ ([published]));
    const minutes = (Date.now() - /** @type {any} */ (date)) / 60000;
    /** @param {any} dateStyle @param {any} [timeStyle] */
    const at = (dateStyle, timeStyle) => date.toLocaleString(language, { dateStyle, timeStyle });
    /** @type {[number, Intl.RelativeTimeFormatUnit]} */
    const [count, unit] =
      minutes < 60 ? [minutes, 'minute'] : minutes < 1440 ? [minutes / 60, 'hour'] : [minutes / 1440, 'day'];
    return (
      style != 'none' &&
      make(
        'time',
        'date',
        [
          style && style != 'relative'
            ? at(style)
            : // A clock that is a little late makes no date of the future.
              minutes < -9 || minutes > 10000
              ? at('medium')
              : new Intl.RelativeTimeFormat(language).format(-count | 0 || -1, unit),
        ],
        { dateTime: date.toISOString(), title: at('full', 'short') },
      )
    );
  } catch {}
};
