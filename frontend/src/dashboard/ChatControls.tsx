/** Pace and language of the chat; a show that runs follows at once. */

import { CHAT_LANGS, VIEWERS, type Bounds, type ChatLang } from '../api/contract'
import { language, t } from '../i18n'
import { DEFAULT_PACE, FIXED_PACES, type Preferences } from './preferences'

interface Props {
  preferences: Preferences
  /** The doors' own pace, once they have said it. */
  defaultPace: Bounds | undefined
  onChange(preferences: Preferences): void
}

export function ChatControls({ preferences, defaultPace, onChange }: Props) {
  return (
    <section class="card stack" aria-labelledby="controls-heading">
      <h2 id="controls-heading">{t('controls.heading')}</h2>
      <label class="stack-tight">
        <span>{t('controls.pace')}</span>
        <select
          id="pace"
          value={preferences.pace}
          onChange={(event) => onChange({ ...preferences, pace: event.currentTarget.value })}
        >
          <optgroup label={t('controls.natural')}>
            {VIEWERS.map((count) => (
              <option key={count} value={`natural-${count}`}>
                {`${t('controls.natural')} · ${t('controls.viewers', { count })}`}
              </option>
            ))}
          </optgroup>
          <optgroup label={t('controls.fixed')}>
            <option value={DEFAULT_PACE}>{defaultPace ? seconds(defaultPace) : t('controls.usual')}</option>
            {FIXED_PACES.map(([min, max]) => (
              <option key={`${min}-${max}`} value={`${min}-${max}`}>
                {seconds({ min, max })}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      <label class="stack-tight">
        <span>{t('controls.lang')}</span>
        <select
          id="chat-lang"
          value={preferences.lang}
          onChange={(event) => onChange({ ...preferences, lang: event.currentTarget.value as ChatLang })}
        >
          {CHAT_LANGS.map((lang) => (
            <option key={lang} value={lang} lang={lang}>
              {t(`lang.${lang}`)}
            </option>
          ))}
        </select>
      </label>
    </section>
  )
}

const seconds = ({ min, max }: Bounds): string => t('controls.seconds', { min: figure(min), max: figure(max) })

/** Milliseconds as seconds, written as the page's language does: 0,5. */
const figure = (ms: number): string => (ms / 1000).toLocaleString(language())
