/** Three steps to a chat in OBS; gone when all are done. */

import { t } from '../i18n'
import { useStore } from '../ui/use-store'
import { STEPS, steps } from './steps'

export function Steps() {
  const done = useStore(steps.state)
  const next = STEPS.find((step) => !done[step])
  return next ? (
    <ol class="way" aria-label={t('steps.heading')}>
      {STEPS.map((step) => (
        <li key={step} data-done={!!done[step]} aria-current={step === next ? 'step' : undefined}>
          {t(`steps.${step}`)}
        </li>
      ))}
    </ol>
  ) : null
}
