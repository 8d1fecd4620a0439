import { t, tMaybe } from '../../i18n'
import { SAVED_RULES, UNSAVED, type Rule, type SavedOption } from '../../overlay/options'
import { useStore } from '../../ui/use-store'
import type { ObsLink } from './link'

/** Of all backgrounds the ones worth a choice; the address of the overlay takes any. */
const BACKGROUNDS = ['', '0c0a12b3', '0c0a12']

/** A control for each option, of the kind its rule asks for. */
export function LookControls({ link }: { link: ObsLink }) {
  const { look } = useStore(link.state)
  return (
    <details class="obs-way">
      <summary>{t('obs.look')}</summary>
      <div class="obs-look">
        {(Object.keys(UNSAVED) as SavedOption[]).map((name) => {
          const rule: Rule = name === 'bg' ? BACKGROUNDS : SAVED_RULES[name]
          const value = look[name]
          const nameOf = (word: unknown) => tMaybe(`obs.look.${name}.${word}`) ?? String(word)
          const onInput = ({ currentTarget: field }: { currentTarget: HTMLInputElement | HTMLSelectElement }) => {
            const { type, checked, valueAsNumber } = field as HTMLInputElement
            const chosen = { checkbox: checked, range: valueAsNumber }[type] ?? field.value
            if (field.validity.valid) link.choose({ [name]: chosen })
          }
          return (
            <label key={name}>
              <span>{t(`obs.look.${name}`)}</span>
              {Array.isArray(rule) ? (
                <select value={String(value)} onInput={onInput}>
                  {rule.map((word: string) => (
                    <option key={word} value={word}>
                      {nameOf(word)}
                    </option>
                  ))}
                </select>
              ) : rule === 'boolean' ? (
                <input type="checkbox" checked={value === true} onInput={onInput} />
              ) : rule instanceof RegExp ? (
                <input value={String(value)} pattern={rule.source} onInput={onInput} />
              ) : (
                <>
                  <b aria-hidden="true">{nameOf(value)}</b>
                  <input
                    type="range"
                    {...(rule as { min: number; max: number })}
                    value={Number(value)}
                    aria-valuetext={nameOf(value)}
                    onInput={onInput}
                  />
                </>
              )}
            </label>
          )
        })}
      </div>
    </details>
  )
}
