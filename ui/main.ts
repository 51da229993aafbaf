import { h, render } from 'preact'
import { applySettings } from './settings.ts'
import { Shell } from './shell/shell.ts'

applySettings()
const place = document.getElementById('app')
if (place !== null) render(h(Shell, {}), place)
