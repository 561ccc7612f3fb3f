/** Build the script, one classic file, as small as it can be, and the style that the server draws with. */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { minify } from 'terser';

const here = new URL('.', import.meta.url).pathname;
/** The project, or a copy of its folders to compare with it. */
const project = process.argv[2] ?? `${here}..`;
const { release } = JSON.parse(readFileSync(`${here}package.json`, 'utf8'));

/** What esbuild leaves: spaces and quotes that mean nothing, and the long names of our private properties. */
const tight = (text) =>
  text
    .trim()
    .replace(/([,:]) /g, '$1')
    .replace(/="(\w+)"/g, '=$1')
    .replace(/ ([>/]) /g, '$1')
    .replace(/--line/g, '--l')
    .replace(/--quiet/g, '--q')
    .replace(/--way/g, '--w');

const style = await esbuild.transform(readFileSync(`${here}src/style.css`, 'utf8'), {
  loader: 'css',
  minify: true,
  charset: 'utf8',
});

const bundled = await esbuild.build({
  entryPoints: [`${here}src/element.js`],
  bundle: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  tsconfigRaw: '{}',
  define: { STYLE: JSON.stringify(tight(style.code)) },
  write: false,
});

// The braces keep our names out of the page. A second copy stops where the name is taken already, and a browser
// that lacks something stops there: both leave the page as it is.
const { code } = await minify(`try {${bundled.outputFiles[0].text.replace(/^var /gm, 'const ')}} catch {}`, {
  ecma: 2020,
  compress: { passes: 3, unsafe_arrows: true, unsafe_methods: true },
  mangle: { toplevel: true },
  format: { comments: false },
});
// One word for all names is shorter than two, once packed.
const script = code.replace(/\bconst\b/g, 'let');

const hash = createHash('sha256').update(script).digest('hex').slice(0, 10);
const name = `v1.${release}.${hash}.js`;
const put = (folder, file, text) => {
  mkdirSync(`${project}/${folder}`, { recursive: true });
  writeFileSync(`${project}/${folder}/${file}`, text);
};
put('feedsvc/web/static/embed', name, script);
// For the headlines that the server draws.
put('feedsvc/headlines', 'style.css', style.code);
console.log(name, script.length, gzipSync(script, { level: 9 }).length);
