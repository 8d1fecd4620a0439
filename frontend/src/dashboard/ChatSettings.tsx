/** How the chat looks, sounds and where it stands: one small menu. */

import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { t } from '../i18n'
import { PLATFORMS } from '../ui/platform'
import { useStore } from '../ui/use-store'
import { changeChat, chatSettings, LARGEST, SIZE_STEP, SMALLEST } from './chat-settings'
import { popOut, showSolo } from './solo'
import { ring } from './sound'

export function ChatSettings() {
  const { platform, size, sound, announce } = useStore(chatSettings)
  const menu = useRef<HTMLDetailsElement>(null)
  const close = () => (menu.current!.open = false)
  useEffect(() => {
    addEventListener('click', ({ target }) => {
      if (!menu.current!.contains(target as Node)) close()
    })
  }, [])
  const escape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !menu.current!.open) return
    close()
    menu.current!.querySelector('summary')!.focus()
    event.stopPropagation()
  }
  const solo = () => {
    close()
    showSolo(true)
  }
  return (
    <details class="chat-settings" ref={menu} onKeyDown={escape}>
      <summary class="button">
        <span>{t('chat.settings')}</span>
      </summary>
      <div class="chat-menu card stack" role="group" aria-label={t('chat.settings')}>
        <div class="segments" role="group" aria-label={t('chat.look')}>
          {PLATFORMS.map((one) => (
            <Press key={one} pressed={one === platform} onPress={() => changeChat({ platform: one })}>
              {t(`platform.${one}`)}
            </Press>
          ))}
        </div>
        <div class="chat-size" role="group" aria-label={t('chat.size')}>
          <Press label={t('chat.smaller')} off={size <= SMALLEST} onPress={() => changeChat({ size: size - SIZE_STEP })}>
            A−
          </Press>
          <span role="status">{t('chat.sizeNow', { size })}</span>
          <Press label={t('chat.larger')} off={size >= LARGEST} onPress={() => changeChat({ size: size + SIZE_STEP })}>
            A+
          </Press>
        </div>
        <Switch
          on={sound}
          text={t('chat.sound')}
          onTurn={(on) => {
            changeChat({ sound: on })
            if (on) ring()
          }}
        />
        <Switch on={announce} text={t('chat.announce')} onTurn={(on) => changeChat({ announce: on })} />
        <Press onPress={solo}>{t('chat.solo')}</Press>
        <Press onPress={popOut}>{t('chat.popOut')}</Press>
      </div>
    </details>
  )
}

interface PressProps {
  children: ComponentChildren
  onPress(): void
  pressed?: boolean
  off?: boolean
  label?: string
}

const Press = ({ children, onPress, pressed, off, label }: PressProps) => (
  <button type="button" aria-label={label} aria-pressed={pressed} aria-disabled={off} onClick={() => off || onPress()}>
    {children}
  </button>
)

const Switch = ({ on, text, onTurn }: { on: boolean; text: string; onTurn(on: boolean): void }) => (
  <label class="switch">
    <input type="checkbox" role="switch" checked={on} onChange={(event) => onTurn(event.currentTarget.checked)} />
    {text}
  </label>
)
