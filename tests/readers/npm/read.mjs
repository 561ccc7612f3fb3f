// Read feed documents with one of the readers of the JavaScript world, and say what it understood:
//   node read.mjs READER FILE… → one JSON object, by file: a list of entries, or why there is none.
import { createReadStream, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Readable } from "node:stream";

const [reader, ...files] = process.argv.slice(2);
const require = createRequire(join(process.env.FEED_READERS, "package.json"));
const load = (name) => import(require.resolve(name));
const list = (value) => (value == null ? [] : Array.isArray(value) ? value : [value]);
const text = (value) => (typeof value === "object" && value !== null ? (value.value ?? value._ ?? value.text ?? value.name ?? value) : value);

const readers = {
  async "rss-parser"(file) {
    const { default: Parser } = await load("rss-parser");
    const feed = await new Parser().parseString(readFileSync(file, "utf8"));
    return feed.items.map((item) => ({
      id: item.guid ?? item.id,
      title: item.title,
      link: item.link,
      published: item.isoDate ?? item.pubDate,
      content: item["content:encoded"] ?? item.content,
      enclosures: list(item.enclosure).map((each) => each.url),
      tags: item.categories,
      authors: list(item.creator ?? item.author),
    }));
  },

  async feedsmith(file) {
    const { parseFeed } = await load("feedsmith");
    const { format, feed } = parseFeed(readFileSync(file, "utf8"));
    const read = {
      rss: (item) => ({
        id: item.guid.value,
        title: text(item.title),
        link: item.link,
        published: item.pubDate,
        content: text(item.content?.encoded),
        enclosures: list(item.enclosures).map((each) => each.url),
        tags: list(item.categories).map((each) => each.name),
        authors: list(item.dc?.creators).map(text),
      }),
      atom: (item) => ({
        id: item.id,
        title: text(item.title),
        link: item.links.find((each) => (each.rel ?? "alternate") === "alternate").href,
        published: item.published,
        content: text(item.content),
        enclosures: item.links.filter((each) => each.rel === "enclosure").map((each) => each.href),
        tags: list(item.categories).map((each) => each.term),
        authors: list(item.authors).map((each) => each.name),
      }),
      json: (item) => ({
        id: item.id,
        title: item.title,
        link: item.url,
        published: item.date_published,
        content: item.content_html,
        enclosures: list(item.attachments).map((each) => each.url),
        tags: list(item.tags),
        authors: list(item.authors).map((each) => each.name),
      }),
    };
    return list(feed.items ?? feed.entries).map(read[format]);
  },

  async "@rowanmanning/feed-parser"(file) {
    const { parseFeed } = await load("@rowanmanning/feed-parser");
    return parseFeed(readFileSync(file, "utf8")).items.map((item) => ({
      id: item.id,
      title: item.title,
      link: item.url,
      published: item.published,
      content: item.content,
      enclosures: item.media.map((each) => each.url),
      tags: item.categories.map((each) => each.term),
      authors: item.authors.map((each) => each.name),
    }));
  },

  async "@extractus/feed-extractor"(file) {
    const { extractFromXml, extractFromJson } = await load("@extractus/feed-extractor");
    const body = readFileSync(file, "utf8");
    const options = { descriptionMaxLen: 0, useISODateFormat: true };
    const feed = file.endsWith(".json") ? extractFromJson(JSON.parse(body), options) : extractFromXml(body, options);
    return feed.entries.map((item) => ({ id: item.id, title: item.title, link: item.link, published: item.published }));
  },

  async feedparser(file) {
    const { default: FeedParser } = await load("feedparser");
    const parser = createReadStream(file).pipe(new FeedParser({ addmeta: false }));
    const entries = [];
    for await (const item of parser) {
      entries.push({
        id: item.guid,
        title: item.title,
        link: item.link,
        published: item.pubdate,
        content: item.description,
        enclosures: item.enclosures.map((each) => each.url),
        tags: item.categories,
        authors: list(item.author),
      });
    }
    return entries;
  },

  async feedme(file) {
    const { default: FeedMe } = await load("feedme");
    const parser = new FeedMe();
    const entries = [];
    parser.on("item", (item) => {
      const links = list(item.link);
      const alternate = links.find((each) => typeof each === "string" || (each.rel ?? "alternate") === "alternate");
      entries.push({
        id: text(item.guid ?? item.id),
        title: text(item.title),
        link: alternate?.href ?? alternate ?? item.url,
        published: item.pubdate ?? item.published ?? item.date_published,
        content: text(item["content:encoded"] ?? item.content ?? item.content_html),
        enclosures: [
          ...list(item.enclosure).map((each) => each.url),
          ...links.filter((each) => each.rel === "enclosure").map((each) => each.href),
          ...list(item.attachments).map((each) => each.url),
        ],
      });
    });
    await new Promise((resolve, reject) => {
      parser.on("finish", resolve).on("error", reject);
      Readable.from([readFileSync(file)]).pipe(parser);
    });
    return entries;
  },
};

const read = {};
for (const file of files) {
  try {
    read[file] = await readers[reader](file);
  } catch (error) {
    read[file] = String(error);
  }
}
process.stdout.write(JSON.stringify(read));
