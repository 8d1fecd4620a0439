/** Pace and language of the chat; a show that runs follows at once. */

import { CHAT_LANGS, type Bounds, type ChatLang, type Viewers } from '../api/contract'
import { language, t } from '../i18n'
import { FIXED_PACES, NATURAL_PACES, paceOf, USUAL_PACE, type PaceId, type Preferences } from './preferences'

interface Props {
  preferences: Preferences
  /** The doors' own pace, once they have said it. */
  defaultPace: Bounds | undefined
  onChange(preferences: Preferences): void
}

export function ChatControls({ preferences, defaultPace, onChange }: Props) {
  const { viewers } = paceOf(preferences.pace) as { viewers?: Viewers }
  const row = (label: string, ids: readonly PaceId[], name: (id: PaceId) => string) => (
    <div class="segments paces" role="group" aria-label={label}>
      {ids.map((pace) => (
        <button
          type="button"
          key={pace}
          aria-pressed={pace === preferences.pace}
          onClick={() => onChange({ ...preferences, pace })}
        >
          {name(pace)}
        </button>
      ))}
    </div>
  )
  return (
    <section class="card stack" aria-labelledby="controls-heading">
      <h2 id="controls-heading">{t('controls.heading')}</h2>
      <div class="stack-tight">
        <b>{t('controls.audience')}</b>
        {row(t('controls.audience'), NATURAL_PACES, (id) => id.split('-')[1]!)}
        <p class="hint">{viewers ? t('controls.rate', { count: viewers / VIEWERS_PER_LINE }) : t('controls.steady')}</p>
        <details class="fold" open={!viewers}>
          <summary>{t('controls.fixed')}</summary>
          {row(t('controls.fixed'), FIXED_PACES, (id) =>
            seconds({ ...USUAL_PACE, ...defaultPace, ...(paceOf(id) as Partial<Bounds>) }),
          )}
        </details>
      </div>
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

/** Of an audience of the natural pace each writes a line every five minutes. */
const VIEWERS_PER_LINE = 5

const seconds = ({ min, max }: Bounds): string => t('controls.seconds', { min: figure(min), max: figure(max) })

/** Milliseconds as seconds, written as the page's language does: 0,5. */
const figure = (ms: number): string => (ms / 1000).toLocaleString(language())
