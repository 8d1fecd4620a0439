/** The games: what to play, the chips of those one has, and whom to swap when all slots are taken. */

import { useEffect, useRef } from 'preact/hooks'
import { MODES, type Slot } from '../api/contract'
import { t, tCount } from '../i18n'
import { CrossIcon } from '../ui/icons'
import { Alert } from '../ui/Shell'
import { useStore } from '../ui/use-store'
import { errorText, sourceText } from '../ui/text'
import type { Games } from './games'
import { MAX_LENGTH } from './names'

export function GamePanel({ games }: { games: Games }) {
  const { mode, drafts, problem, adding, error, swap } = useStore(games.state)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus({ preventScroll: true }), [mode])
  useEffect(() => {
    if (problem) field.current?.focus()
  }, [problem])

  const add = (event: Event) => {
    event.preventDefault()
    void games.addTyped()
  }
  return (
    <>
      <div class="segments" role="group" aria-label={t('games.modes')}>
        {MODES.map((one) => (
          <button type="button" key={one} aria-pressed={one === mode} onClick={() => games.setMode(one)}>
            {t(`games.mode.${one}`)}
          </button>
        ))}
      </div>
      <form class="stack-tight" onSubmit={add} noValidate>
        <label for="game-name">{t(`games.field.${mode}`)}</label>
        <div class="field-row">
          <input
            id="game-name"
            ref={field}
            value={drafts[mode]}
            placeholder={t(`games.placeholder.${mode}`)}
            autocomplete="off"
            enterkeyhint="done"
            aria-invalid={problem !== undefined}
            aria-describedby={problem ? 'game-problem' : undefined}
            onInput={(event) => games.type(event.currentTarget.value)}
          />
          <button type="submit" aria-disabled={adding} aria-busy={adding}>
            {adding ? t('games.adding') : t('games.add')}
          </button>
        </div>
        {problem && (
          <p class="problem" id="game-problem" role="alert">
            {t(`games.problem.${problem}`, { max: MAX_LENGTH[mode] })}
          </p>
        )}
      </form>
      {error !== undefined && <Alert text={errorText(error)} onClose={() => games.dismissError()} />}
      {swap ? <Swap games={games} name={swap.name} /> : <Chips games={games} />}
    </>
  )
}

function Chips({ games }: { games: Games }) {
  const { slots, maxGames, selected } = useStore(games.state)
  if (maxGames === undefined) return null
  const free = Math.max(0, maxGames - slots.length)
  return (
    <div class="slots stack-tight">
      {slots.length > 0 && (
        <ul class="chips" aria-label={t('games.list')}>
          {slots.map((slot) => (
            <Chip key={`${slot.mode}#${slot.game}`} slot={slot} selected={slot === selected} games={games} />
          ))}
        </ul>
      )}
      <p class="free-slots">{free === 0 ? t('games.free.none') : tCount('games.free', free)}</p>
    </div>
  )
}

function Chip({ slot, selected, games }: { slot: Slot; selected: boolean; games: Games }) {
  const item = useRef<HTMLLIElement>(null)
  // On a phone the chips are one row that scrolls.
  useEffect(() => {
    if (selected) item.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [selected])
  return (
    <li class="chip" ref={item} data-game={slot.game} data-selected={selected}>
      <button type="button" class="chip-name" aria-pressed={selected} onClick={() => games.select(slot)}>
        <span>{slot.displayName}</span>
        <small class="chip-source">{sourceText(slot)}</small>
      </button>
      <button
        type="button"
        class="chip-remove"
        aria-label={t('games.remove', { game: slot.displayName })}
        onClick={() => void games.remove(slot)}
      >
        <CrossIcon />
      </button>
    </li>
  )
}

function Swap({ games, name }: { games: Games; name: string }) {
  const { slots, adding } = useStore(games.state)
  return (
    <div class="swap" role="group" aria-labelledby="swap-question">
      <p id="swap-question" role="alert">
        {t('games.swap', { count: slots.length })}
      </p>
      <div class="swap-choices">
        {slots.map((slot) => (
          <button
            type="button"
            key={`${slot.mode}#${slot.game}`}
            aria-disabled={adding}
            title={t('games.swapOne', { game: slot.displayName, name })}
            onClick={() => void games.swapFor(slot)}
          >
            {slot.displayName}
          </button>
        ))}
      </div>
      <button type="button" class="quiet" onClick={() => games.cancelSwap()}>
        {t('games.swapCancel')}
      </button>
    </div>
  )
}
