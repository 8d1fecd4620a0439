/** The games: what to play, the chips of those one has, and what has to be asked: whom to swap, what kind of game. */

import { useEffect, useRef } from 'preact/hooks'
import { GENRES, MODES, type Slot } from '../api/contract'
import { t, tCount, tMaybe } from '../i18n'
import { CrossIcon } from '../ui/icons'
import { Alert } from '../ui/Shell'
import { useStore } from '../ui/use-store'
import { errorText, sourceText } from '../ui/text'
import type { Director } from './director'
import type { Games } from './games'
import { MAX_LENGTH, nameKey } from './names'

interface Props {
  games: Games
  director: Director
}

export function GamePanel({ games, director }: Props) {
  const { mode, drafts, problem, adding, error, swap, unknown, selected } = useStore(games.state)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus({ preventScroll: true }), [mode])
  useEffect(() => {
    if (problem) field.current?.focus()
  }, [problem])

  const add = (event: Event) => {
    event.preventDefault()
    void director.add()
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
          <button type="submit" aria-disabled={adding}>
            {t('games.add')}
          </button>
        </div>
        {problem && (
          <p class="problem" id="game-problem" role="alert">
            {t(`games.problem.${problem}`, { max: MAX_LENGTH[mode] })}
          </p>
        )}
      </form>
      {error !== undefined && <Alert text={errorText(error)} onClose={() => games.dismissError()} />}
      {swap ? (
        <Swap games={games} director={director} name={swap.name} />
      ) : (
        <>
          <Ideas games={games} />
          <Chips games={games} />
          {unknown && unknown.game === selected?.game && !drafts[mode].trim() && (
            <Kind games={games} director={director} />
          )}
        </>
      )}
    </>
  )
}

/** Names to begin with, a tap each: games until one has some, topics as long as there are more. */
function Ideas({ games }: { games: Games }) {
  const { mode, drafts, slots, maxGames } = useStore(games.state)
  const own = slots.filter((slot) => slot.mode === mode)
  if (maxGames === undefined || (mode === 'game' && own.length)) return null
  const names = t(`games.ideas.${mode}`).split('|')
  return (
    <div class="ideas" role="group" aria-label={t('games.ideas')}>
      {names
        .filter((name) => !own.some(({ game }) => game === nameKey(name)))
        .map((name) => (
          <button type="button" key={name} aria-pressed={name === drafts[mode]} onClick={() => games.type(name)}>
            {name}
          </button>
        ))}
    </div>
  )
}

function Chips({ games }: { games: Games }) {
  const { mode, drafts, slots, maxGames, selected, progress } = useStore(games.state)
  if (maxGames === undefined) return null
  const own = slots.filter((slot) => slot.mode === mode)
  const free = Math.max(0, maxGames - slots.length)
  const room = free ? tCount('games.free', free) : t('games.free.none')
  return (
    <div class="slots stack-tight">
      {own.length > 0 && (
        <ul class="chips" aria-label={t('games.list')}>
          {own.map((slot) => (
            <Chip key={slot.game} slot={slot} selected={slot === selected && !drafts[mode].trim()} games={games} />
          ))}
        </ul>
      )}
      <p class="free-slots" role="status" data-progress={progress}>
        {progress ? t(`games.progress.${progress}`) : room}
        {!progress && own.length < slots.length && ` ${t('games.shared', { count: maxGames })}`}
      </p>
    </div>
  )
}

/** Nobody here knows this game: of which kind it is, in one tap or none. */
function Kind({ games, director }: Props) {
  return (
    <div class="kind stack-tight" role="group" aria-labelledby="kind-question">
      <p id="kind-question">
        <b>{t('games.kind')}</b>
        <button type="button" class="quiet" onClick={() => games.skip()}>
          {t('games.skip')}
        </button>
      </p>
      <div class="ideas">
        {GENRES.map((genre) => (
          <button type="button" key={genre} onClick={() => void director.tell(genre)}>
            {tMaybe(`genre.${genre}`)}
          </button>
        ))}
      </div>
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

function Swap({ games, director, name }: Props & { name: string }) {
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
            onClick={() => void director.swapFor(slot)}
          >
            {slot.displayName}
          </button>
        ))}
      </div>
      <button type="button" class="quiet" onClick={() => director.leaveIt()}>
        {t('games.swapCancel')}
      </button>
    </div>
  )
}
