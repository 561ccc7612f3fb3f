/** What the server answers: JSON Feed 1.1 with what the headlines need besides. Anything may be absent. */
export interface Feed {
  title?: string;
  home_page_url?: string;
  language?: string;
  items: Item[];
  _strings?: Record<string, string>;
  _stale?: boolean;
}

export interface Item {
  url: string;
  title?: string;
  summary?: string;
  image?: string | null;
  date_published?: string;
  language?: string;
  authors?: { name?: string }[];
  tags?: string[];
  _source?: { title?: string };
}

/** The element's attributes as they are written, and the defaults of those that have one here. */
export type Options = { feed: string; show: string } & Record<string, string | undefined>;

/** What is appended to an element: falsy ones are left out. */
export type Child = Node | string | number | boolean | null | undefined | void;

declare global {
  /** style.css, minified: the build puts it here. */
  const STYLE: string;
}
