/** What a thing is called on the page. */

import { ApiError } from '../api/client'
import type { Slot } from '../api/contract'
import { t, tMaybe } from '../i18n'

/** An error in words: the door's own, which are in the page's language, else ours for its code. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return t('error.UNEXPECTED')
  return error.message || (tMaybe(`error.${error.code}`) ?? t('error.UNEXPECTED'))
}

export function sourceText({ source, genre }: Pick<Slot, 'source' | 'genre'>): string {
  const name = genre ? tMaybe(`genre.${genre}`) : undefined
  return source === 'genre' && name ? t('source.genreNamed', { genre: name }) : t(`source.${source}`)
}
