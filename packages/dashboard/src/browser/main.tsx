/** The page begins here. */
import { render } from 'preact'
import { App } from './app.js'
import { place, placeOf } from './pages.js'
import { chooseTheme, chosenTheme } from './theme.js'

chooseTheme(chosenTheme())
const arrive = (): void => place.set(placeOf(location.hash))
addEventListener('hashchange', arrive)
arrive()
render(<App />, document.getElementById('app')!)
