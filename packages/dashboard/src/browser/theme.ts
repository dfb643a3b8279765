/** Dark, light, or as the system is. */
export const themes = ['system', 'dark', 'light'] as const
export type Theme = (typeof themes)[number]

const key = 'sipwright.theme'

/** As chosen before. */
export function chosenTheme(): Theme {
  const stored = localStorage.getItem(key)
  return themes.find((theme) => theme === stored) ?? 'system'
}

/** Shows it from now on, also after a reload. */
export function chooseTheme(theme: Theme): void {
  localStorage.setItem(key, theme)
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}
