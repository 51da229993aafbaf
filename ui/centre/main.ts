import { h, render } from 'preact'
import type { CentrePage } from '../route.ts'
import { applySettings } from '../settings.ts'
import { Shell } from '../shell/shell.ts'
import { speakAlso } from '../text/say.ts'
import { centreConsole } from './centre-console.ts'
import { chineseCentre } from './text/chinese.ts'
import { englishCentre } from './text/english.ts'

speakAlso({ en: englishCentre, 'zh-CN': chineseCentre })
applySettings()
const place = document.getElementById('app')
if (place !== null) render(h(Shell<CentrePage>, { shown: centreConsole }), place)
