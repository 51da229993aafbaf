import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join, posix } from 'node:path'
import { test } from 'node:test'
import { ROOT } from './docs/demo-under-test.ts'
import { fencesOf, readPage } from './docs/pages.ts'

/** Pages, or folders of pages, for whoever writes programs: the standards and the code that they are read beside are in English. */
const ENGLISH = [
  'docs/format/',
  'docs/dependencies.md',
  'docs/http.md',
  'docs/mqtt.md',
  'docs/power-data-processor.md',
  'docs/processors/',
]

const CHINESE = '.zh-CN.md'

/** The index, whose Chinese half has a folder of its own. */
const INDEX = { english: 'docs/README.md', chinese: 'docs/zh-CN/README.md' }

const pages = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .map((path) => `docs/${path}`)
  .filter((path) => path.endsWith('.md') && path !== INDEX.chinese)
const chinesePages = ['README.zh-CN.md', ...pages.filter((path) => path.endsWith(CHINESE))]

/** Levels of the headings of a page, in their order. */
function headingsOf(page: string): string[] {
  const prose = page.replace(/^ *```[^]*?^ *```$/gm, '')
  return [...prose.matchAll(/^(#+) /gm)].map(([, level = '']) => level)
}

test('every page that an operator reads is there in Chinese', () => {
  for (const page of pages.filter((each) => !each.endsWith(CHINESE) && each !== INDEX.english)) {
    const isEnglish = ENGLISH.some((path) => page === path || page.startsWith(path))
    const chinese = page.replace(/\.md$/, CHINESE)
    assert.equal(existsSync(join(ROOT, chinese)), !isEnglish, chinese)
  }
})

test('a page in Chinese has the headings and the blocks of the English one', () => {
  for (const path of chinesePages) {
    const english = readPage(path.replace(CHINESE, '.md'))
    const chinese = readPage(path)
    assert.deepEqual(headingsOf(chinese), headingsOf(english), path)
    assert.deepEqual(fencesOf(chinese), fencesOf(english), path)
  }
})

test('pages in Chinese lead on in Chinese', () => {
  for (const path of [...chinesePages, INDEX.chinese]) {
    const own = posix.basename(path).replace(CHINESE, '.md')
    for (const [, link = ''] of readPage(path).matchAll(/\]\(([^)#:]+\.md)[^)]*\)/g)) {
      if (link.endsWith(CHINESE) || link.endsWith(own)) continue
      const target = posix.join(posix.dirname(path), link)
      assert.ok(!existsSync(join(ROOT, target.replace(/\.md$/, CHINESE))), `${path}: ${link}`)
    }
  }
})

test('the index leads to every page, in both languages', () => {
  const tellsOf = (index: string, page: string): boolean =>
    readPage(index).includes(`(${posix.relative(posix.dirname(index), page)}`)
  const below = /^docs\/(?:operating\/alarms|processors|format)\//
  for (const page of pages.filter((each) => !below.test(each) && each !== INDEX.english)) {
    const index = page.endsWith(CHINESE) ? INDEX.chinese : INDEX.english
    assert.ok(tellsOf(index, page), `${page} in ${index}`)
  }
})
