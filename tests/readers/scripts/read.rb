# Read feed documents with Ruby's own RSS library, which validates, and say what it understood, as JSON by file.
require "json"
require "rss"
require "rss/maker"

def rss(item)
  {
    id: item.guid.content, title: item.title, link: item.link, published: item.pubDate.iso8601,
    content: item.content_encoded, tags: item.categories.map(&:content), authors: item.dc_creators.map(&:content),
    enclosures: [item.enclosure].compact.map(&:url)
  }
end

def atom(entry)
  {
    id: entry.id.content, title: entry.title.content, published: entry.published.content.iso8601,
    link: entry.links.find { |each| [nil, "alternate"].include?(each.rel) }.href,
    content: entry.content.content, tags: entry.categories.map(&:term),
    authors: entry.authors.map { |each| each.name.content },
    enclosures: entry.links.select { |each| each.rel == "enclosure" }.map(&:href)
  }
end

read = ARGV.to_h do |file|
  feed = RSS::Parser.parse(File.read(file))
  [file, feed.feed_type == "atom" ? feed.entries.map { |each| atom(each) } : feed.items.map { |each| rss(each) }]
rescue StandardError => e
  [file, "#{e.class}: #{e.message}"]
end
puts JSON.generate(read)
