// Serve the items of a JSON Feed as RSS by fastify: node server.mjs FILE PORT
//
// The feed is written once and kept, which is kinder than most applications are: they write it for each poll.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

// The packages lie in a cache folder, not beside this file.
const installed = createRequire(`${process.env.FASTIFY}/`)
const fastify = installed('fastify')
const { Feed } = installed('feed')

const [file, port] = process.argv.slice(2)
const { title, items } = JSON.parse(readFileSync(file))
const site = 'http://news.example'
const feed = new Feed({ title, id: site, link: site, description: title, language: 'en', copyright: '' })
for (const item of items) {
  feed.addItem({
    id: item.id,
    title: item.title,
    link: item.url,
    date: new Date(item.date_published),
    description: item.summary,
    content: item.content_html,
  })
}
const rss = feed.rss2()

const app = fastify({ keepAliveTimeout: 60_000 })
await app.register(installed('@fastify/compress'))
await app.register(installed('@fastify/etag'))
app.get('/feeds/all.rss', (request, reply) =>
  reply.type('application/rss+xml; charset=utf-8').header('cache-control', 'max-age=300').send(rss),
)
await app.listen({ host: '127.0.0.1', port: Number(port) })
