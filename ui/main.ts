import { h, render } from 'preact'
import { edgeConsole } from './edge/edge-console.ts'
import type { EdgePage } from './route.ts'
import { applySettings } from './settings.ts'
import { Shell } from './shell/shell.ts'

applySettings()
const place = document.getElementById('app')
if (place !== null) render(h(Shell<EdgePage>, { shown: edgeConsole }), place)
