import { type ComponentChild, type VNode, h } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useCell } from '../cell.ts'
import { html } from '../html.ts'
import { LoginPage, useWho } from '../login/login-page.ts'
import { session } from '../login/session.ts'
import { type Page, type Route, addressOf, useRoute } from '../route.ts'
import { settings } from '../settings.ts'
import { say } from '../text/say.ts'
import { EntryBar } from './top-bar.ts'

/** The pages of one console. The shell around them is the same in all. */
export interface Console<Name extends Page> {
  readonly pages: readonly [Name, ...Name[]]
  /** Whether it is offered: what nobody may open is not, nor what only another page leads to. */
  readonly isListed: (page: Name) => boolean
  readonly pageOf: (route: Route<Name>) => ComponentChild
  readonly bar: () => ComponentChild
  /** Of what the console is, for the title of the window. */
  readonly useName: () => string
}

/** What every page has in common; before that, who looks at it. */
export function Shell<Name extends Page>({
  shown,
}: {
  readonly shown: Console<Name>
}): ComponentChild {
  const { kind } = useCell(session)
  const { language } = useCell(settings)
  useWho()
  useEffect(() => {
    if (kind === 'out') document.title = `${say('page.login')} · Busbar`
  }, [kind, language])
  if (kind === 'in') return h(Pages<Name>, { shown })
  return html`<div class="shell entry" key=${language}>
    ${h(EntryBar, {})}
    <main class="page">
      <h1>${kind === 'out' ? say('page.login') : say('common.waiting')}</h1>
      ${kind === 'out' ? h(LoginPage, {}) : ''}
    </main>
  </div>`
}

/** The bar above, the list of pages, and a place for the page itself. */
function Pages<Name extends Page>({ shown }: { readonly shown: Console<Name> }): VNode {
  const route = useRoute(shown.pages)
  const { language } = useCell(settings)
  const name = shown.useName()
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  useEffect(() => {
    document.title = [say(`page.${route.page}`), name].join(' · ')
  }, [route.page, language, name])
  useEffect(() => {
    if (first.current) {
      first.current = false
      return
    }
    // A screen reader begins with the new page, not again with the list of pages.
    main.current?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }, [route.page])
  const skip = (event: Event): void => {
    event.preventDefault()
    main.current?.focus()
  }
  return html`<div class="shell" key=${language}>
    <a class="skip" href=${addressOf(route.page)} onClick=${skip}>${say('shell.skip')}</a>
    ${h(shown.bar, {})} ${navigation(shown, route.page)}
    <main ref=${main} tabindex="-1" class=${`page page-${route.page}`}>
      <h1>${say(`page.${route.page}`)}</h1>
      ${shown.pageOf(route)}
    </main>
  </div>`
}

function navigation<Name extends Page>({ pages, isListed }: Console<Name>, current: Name): VNode {
  return html`<nav class="navigation" aria-label=${say('shell.navigation')}>
    <ul>
      ${pages.filter(isListed).map(
        (page) =>
          html`<li>
            <a href=${addressOf(page)} aria-current=${page === current ? 'page' : undefined}>
              ${say(`page.${page}`)}
            </a>
          </li>`,
      )}
    </ul>
  </nav>`
}
