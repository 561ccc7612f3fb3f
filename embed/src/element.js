/** The element: when it fetches, what it draws, and what it tells the page. */

import { time } from './dates.js';
import { isWeb, make } from './dom.js';
import { list, number, search } from './options.js';

/** @import { Child, Feed, Item, Options } from './types.d.ts' */

// Known only while the script runs for the first time.
const base = new URL('.', /** @type {any} */ (document.currentScript)?.src || location);

// A constructed sheet is not subject to the page's style-src.
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

/** A feed's headlines. Until they are there, and if they never come, the element's own content is shown. */
customElements.define(
  'feed-headlines',
  class extends HTMLElement {
    /** What is shown. @type {Item[]} */
    items = [];

    /** Stands for the last request, as long as the element is in the page. @type {any} */
    #last;
    #root = this.attachShadow({ mode: 'open' });
    /** One for all drawings, so that it stays pressed. */
    #pause = make('button', 'pause', [], {
      ariaPressed: false,
      /** @this {any} */
      onclick() {
        this.ariaPressed = this.ariaPressed != 'true';
      },
    });

    constructor() {
      super();
      this.#root.adoptedStyleSheets = [sheet];
      this.#root.append(make('slot', '', []));
      // Who sets several attributes gets one answer; the browser's cache has what was shown a moment ago.
      new MutationObserver(
        (records) =>
          this.#last &&
          records.some((record) => record.attributeName != 'style') &&
          this.refresh('force-cache'),
      ).observe(this, { attributes: true });
    }

    connectedCallback() {
      if (this.closest('[eager]')) this.refresh('default');
      else
        new IntersectionObserver(
          (entries, observer) =>
            entries.map(
              (entry) =>
                entry.isIntersecting && this.refresh('default', observer.disconnect()),
            ),
          { rootMargin: '400px' },
        ).observe(this);
    }

    disconnectedCallback() {
      this.#last = 0;
    }

    /**
     * Fetch again, and draw what came. Never rejects: the events say how it went.
     *
     * @param {RequestCache} cache
     * @param {void} [_]
     */
    async refresh(cache = 'no-cache', _) {
      const mine = (this.#last = {});
      /** @type {Options} */
      const options = { show: 'date', feed: 'all' };
      for (const { name, value } of this.attributes) options[name] = value;
      /** @type {any} */
      const timer =
        /** @type {any} */ (options.refresh) > 59 &&
        setInterval(
          () =>
            mine != this.#last
              ? clearInterval(timer)
              : // Who is using it is not disturbed.
                document.hidden || this.#root.activeElement || this.refresh(),
          number(options.refresh, 9e5) * 1000,
        );
      this.style.minHeight ||= /** @type {string} */ (options['min-height']);
      const lang = (/** @type {any} */ (this.closest('[lang]'))?.lang || navigator.language).replace('_', '-');
      /** @param {string} word @param {Child} child */
      const show = (word, child) => options.show.includes(word) && child;
      /** @param {string} type @param {object} detail */
      const tell = (type, detail) =>
        mine == this.#last &&
        this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));
      const count = number(options.count, 50, 5);
      const length = number(options['summary-length'], 1000, 160);
      const tags = list(options.tags);
      const exclude = list(options['exclude-tags']);
      try {
        /** @type {Feed} */
        const feed = await (
          await fetch(
            options.src ||
              base +
                options.feed +
                '.json?' +
                // In the order and the spelling of the server: one address for one answer.
                search({
                  count: count != 5 && count,
                  exclude,
                  lang,
                  q: options.q,
                  source: options.source,
                  summary: length != 160 && show('summary', length),
                  tags,
                }),
            {
              cache,
              credentials: 'omit',
              referrerPolicy: 'strict-origin',
              // Milliseconds until the answer has come, whole.
              signal: AbortSignal.timeout(8000),
            },
          )
        ).json();
        if (mine != this.#last) return;

        // Our own server has chosen already; anybody else's feed comes whole.
        const items = feed.items
          .filter((item) => {
            /** @param {string} tag */
            const has = (tag) => item.tags?.includes(tag);
            return (
              isWeb(item.url) &&
              (!options.src || ((!options.tags || tags.some(has)) && !exclude.some(has)))
            );
          })
          .slice(0, count);

        const words = {
          empty: 'No headlines yet.',
          more: 'More headlines',
          new_tab: '(opens in a new tab)',
          pause: 'Pause',
          ...feed._strings,
        };
        const heading = options.heading == 'none' ? '' : options.heading || feed.title;
        /** Text in its own language and direction. @param {string} part @param {Child} text @param {string} [own] */
        const bdi = (part, text, own) =>
          text && make('bdi', part, [text], { lang: own || feed.language || lang });
        /** @param {string} href @param {Child} text */
        const link = (href, text) =>
          make(
            'a',
            'link',
            [text, options.target == '_blank' && make('span', '', [' ' + words.new_tab])],
            { href, target: [options.target], rel: 'noopener ' + [options.rel] },
          );
        this.#pause.textContent = words.pause;
        this.#root.replaceChildren(
          make(
            'div',
            'container',
            [
              heading && make('h' + number(options['heading-level'], 6, 2), 'heading', [bdi('', heading)]),
              options.layout == 'ticker' && this.#pause,
              make('div', '', [
                items[0]
                  ? make(
                      'ul',
                      'list',
                      items.map((item) =>
                        make('li', 'item', [
                          // Made only if it is shown: an image that is nowhere is fetched all the same.
                          show('image', isWeb(item.image)) &&
                            make('img', 'image', [], { loading: 'lazy', alt: '', src: item.image }),
                          make('div', 'body', [
                            link(item.url, bdi('title', item.title || item.url, item.language)),
                            show(
                              'summary',
                              make('p', 'summary', [
                                bdi(
                                  '',
                                  item.summary?.[length]
                                    ? item.summary.slice(0, length) + '…'
                                    : item.summary,
                                  item.language,
                                ),
                              ]),
                            ),
                            make('div', 'meta', [
                              show('source', bdi('source', item._source?.title)),
                              show('author', bdi('author', item.authors?.map((author) => author.name).join(', '))),
                              show('date', time(item.date_published, options['date-style'], lang)),
                              show('tags', bdi('tags', item.tags?.join(', '))),
                            ]),
                          ]),
                        ]),
                      ),
                      { role: 'list', ariaLabel: [heading || feed.title] },
                    )
                  : make('p', 'empty', [words.empty]),
              ]),
              options.footer != 'none' &&
                isWeb(feed.home_page_url) &&
                make('p', 'footer', [link(feed.home_page_url, options.footer || words.more)]),
            ],
            { lang, className: options.layout },
          ),
        );
        this.items = items;
        tell('feed-load', { count: items.length, updated: items[0]?.date_published, stale: !!feed._stale });
      } catch (error) {
        tell('feed-error', { error });
      }
    }
  },
);
